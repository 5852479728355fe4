import { figure, method } from '../rounds.js';
import { type Contender, root } from '../saga/contenders.js';
import { sum } from '../saga/cpu-meter.js';
import { ORDERS, ROUNDS } from '../saga/sizes.js';
import { byTurns, stopOnInterrupt } from '../saga/turn.js';
import { Watcher } from './watcher.js';

/** Of the CPU an order. */
const LARGEST_OVERHEAD = 0.05;
const SAMPLED = '0.1';

/** What it costs to be watched: scraped metrics and sampled traces. */
export async function observability(): Promise<void> {
  method(
    'observability',
    `The whole system, orchestrated, by turns, as in the benchmark saga: ${ROUNDS} rounds, medians of the CPU of ${ORDERS} orders at once. 'watched' exports one\n` +
      '  trace in ten to a receiver, and every metric of every process is read every 15 s, as by infra/prometheus; the receiver and the reader are not counted.',
  );
  stopOnInterrupt();
  const watcher = await Watcher.start();
  try {
    const common = { folder: root, saga: 'orchestration', goals: {} } as const;
    const contenders: Contender[] = [
      { ...common, name: 'unwatched' },
      {
        ...common,
        name: 'watched',
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: watcher.url, OTEL_TRACES_SAMPLER_ARG: SAMPLED },
        during: (endpoints) => watcher.scrape(endpoints),
      },
    ];
    const [unwatched, watched] = await byTurns(contenders, process.env.WAYBILL_HOME!);
    figure('spans received', String(await watcher.spans()));
    const overhead = sum(watched!.cpuPerOrder) / sum(unwatched!.cpuPerOrder) - 1;
    const goal = { text: `at most ${LARGEST_OVERHEAD * 100} %`, met: overhead <= LARGEST_OVERHEAD };
    const percent = `${Math.abs(overhead * 100).toFixed(1)} % ${overhead < 0 ? 'less' : 'more'}`;
    figure('CPU an order, watched / unwatched', percent, goal);
  } finally {
    await watcher.close();
  }
}
