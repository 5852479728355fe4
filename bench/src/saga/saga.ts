import { method } from '../rounds.js';
import { BASELINE } from './baseline.js';
import { prepareContenders } from './contenders.js';
import { goals } from './report.js';
import { ONE_BY_ONE, ORDERS, REST, ROUNDS, WARM_UPS } from './sizes.js';
import { byTurns, stopOnInterrupt } from './turn.js';

/** Both sagas of the present version against the only one of the baseline. */
export async function saga(): Promise<void> {
  method(
    'saga',
    `The whole system, by turns: commit ${BASELINE}, and the present version with either saga; ${ROUNDS} rounds, medians. Each turn starts it anew with\n` +
      `  empty data and a carrier that dispatches and delivers after 1 s, and waits before each step until it is quiet. ${WARM_UPS} orders at once warm it up.\n` +
      `  Latency: ${ONE_BY_ONE} orders, each placed when the one before is CONFIRMED, whose parcel is still on its way. CPU at rest: over ${REST / 1_000} s. Then ${ORDERS}\n` +
      '  orders at once: their number / the time from the first POST until the last is CONFIRMED; CPU of all processes and servers from the first POST\n' +
      '  until all are DELIVERED, their mails sent and the system quiet, less what it takes at rest in that time. Every order is followed by its\n' +
      "  server-sent events; the client's own CPU is not counted.",
  );
  stopOnInterrupt();
  const home = process.env.WAYBILL_HOME!;
  const contenders = await prepareContenders(home);
  const [baseline, ...present] = await byTurns(contenders, home);
  for (const result of present) goals(result, baseline!);
}
