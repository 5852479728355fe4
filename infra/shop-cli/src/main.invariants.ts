import { readFileSync } from 'node:fs';
import {
  defineCommand,
  duration,
  endpointsOption,
  formatDuration,
  printResult,
  probe,
  readEndpoints,
  runCommand,
  UsageError,
  userPath,
} from '@waybill/cli';
import { z } from 'zod';
import { type CheckOptions, checkInvariants, checkInvariantsNow } from './invariants/check-invariants.js';
import { formatReport, formatReportNow } from './invariants/invariants-report.js';
import { parseAcceptedOrders, parseInitialStock, parseKeys } from './invariants/parse-expectations.js';
import { SNAPSHOT_ENDPOINTS } from './invariants/take-snapshot.js';

const file = z.string().optional();
const flag = z.boolean().default(false);

const invariants = defineCommand({
  command: 'npm run invariants',
  about: 'Checks the invariants I1 to I9 of a system at rest, from outside. Exits with 1 when one is broken.',
  options: {
    endpoints: endpointsOption,
    accepted: {
      value: 'FILE',
      help: 'ids of orders answered with 202, one a line (plain or JSON): all must exist',
      schema: file,
    },
    'only-accepted': { help: 'no other orders than those of --accepted may exist', schema: flag },
    keys: { value: 'FILE', help: 'JSON lines { key, orderId }: which order a key got, for I6', schema: file },
    initial: { value: 'FILE', help: 'JSON { sku: n }: what onHand + shipped must be, for I3', schema: file },
    settle: {
      value: 'TIME',
      help: 'how long to recheck until all invariants hold; default 30s',
      schema: duration.prefault('30s'),
    },
    now: {
      help: 'check once, at rest or not, what can be reached; shows what is still on its way, and always exits with 0',
      schema: flag,
    },
    json: { help: 'print the results as JSON', schema: flag },
  },
  async run({ accepted, 'only-accepted': onlyAccepted, keys, initial, settle, now, json, ...options }) {
    if (onlyAccepted && !accepted) throw new UsageError('--only-accepted needs --accepted FILE');
    const expectations: CheckOptions = {
      onlyAccepted,
      ...(accepted && { accepted: readFile('accepted', accepted, parseAcceptedOrders) }),
      ...(keys && { keys: readFile('keys', keys, parseKeys) }),
      ...(initial && { initial: readFile('initial', initial, parseInitialStock) }),
    };
    const endpoints = readEndpoints(options.endpoints, SNAPSHOT_ENDPOINTS);
    if (now) {
      printResult(json, await checkInvariantsNow(endpoints, expectations), formatReportNow);
      return 0;
    }
    await probe(endpoints.orderApi);
    const results = await checkInvariants(endpoints, { ...expectations, settle, onProgress: progressPrinter() });
    printResult(json, results, formatReport);
    return results.some(({ ok }) => ok === false) ? 1 : 0;
  },
});

await runCommand(invariants, process.argv.slice(2), { exitCodeOnFailure: 2 });

function readFile<T>(option: string, path: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(userPath(path), 'utf8'));
  } catch (error) {
    throw new UsageError(`--${option} ${path}: ${(error as Error).message}`);
  }
}

/** On stderr, so that `--json` stays JSON; a line every two seconds at most. */
function progressPrinter(): (text: string) => void {
  const start = performance.now();
  let next = 0;
  return (text) => {
    const elapsed = performance.now() - start;
    if (elapsed < next) return;
    next = elapsed + 2_000;
    console.error(`${formatDuration(elapsed).padStart(7)}  ${text}`);
  };
}
