import { readFileSync } from 'node:fs';
import type { Endpoints } from '@waybill/shop-cli';
import { summary } from './analytics/summary.js';
import { brokers } from './brokers/brokers.js';
import { consolePage } from './console/console.js';
import { cost } from './idempotency/cost.js';
import { overhead } from './idempotency/overhead.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { consume } from './messaging/consume.js';
import { guarantees } from './messaging/guarantees.js';
import { requests } from './messaging/requests.js';
import { tasks } from './messaging/tasks.js';
import { observability } from './observability/observability.js';
import { commitToVisible } from './outbox/commit-to-visible.js';
import { history } from './outbox/history.js';
import { rivals } from './outbox/rivals.js';
import { size } from './outbox/size.js';
import { throughput } from './outbox/throughput.js';
import { saga } from './saga/saga.js';

/** A prefix such as `outbox` selects all of `outbox/`. */
const BENCHMARKS: Record<string, () => Promise<void>> = {
  memory: () => memory(readEndpoints()),
  latency: () => latency(readEndpoints()),
  'outbox/throughput': throughput,
  'outbox/rivals': rivals,
  'outbox/commit-to-visible': commitToVisible,
  'outbox/history': history,
  'outbox/size': size,
  'idempotency/cost': cost,
  'idempotency/overhead': overhead,
  'messaging/consume': consume,
  'messaging/tasks': tasks,
  'messaging/requests': requests,
  'messaging/guarantees': guarantees,
  'analytics/summary': summary,
  brokers: () => brokers({ quick: isQuick }),
  saga,
  observability,
  console: consolePage,
};
const DEFAULT = ['memory', 'latency'];

const all = Object.keys(BENCHMARKS);
const selectedBy = (name: string) => all.filter((each) => each === name || each.startsWith(`${name}/`));
const isQuick = process.argv.includes('--quick');
const names = process.argv.slice(2).filter((argument) => argument !== '--quick');
const unknown = names.find((name) => selectedBy(name).length === 0);

if (unknown) {
  console.error(`there is no benchmark '${unknown}'; choose from ${all.join(', ')}`);
  process.exitCode = 2;
} else {
  for (const name of names.length ? names.flatMap(selectedBy) : DEFAULT) await BENCHMARKS[name]!();
}

/** Of the running system. */
function readEndpoints(): Endpoints {
  const file = process.env.WAYBILL_ENDPOINTS!;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  } catch (error) {
    throw new Error(`this measures a running system, but ${file} cannot be read; start it with: npm start`, {
      cause: error,
    });
  }
}
