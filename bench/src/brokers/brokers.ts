import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { type BrokerResults, brokerTables, type ResultTable } from '@waybill/system';
import { backlog } from './backlog.js';
import type { Broker } from './broker.js';
import { consume } from './consume.js';
import { fanOut } from './fan-out.js';
import { openKafka } from './kafka.js';
import { latency } from './latency.js';
import { openNats } from './nats.js';
import { watchOtherLoad } from './other-load.js';
import { publish } from './publish.js';
import { openRabbitMq } from './rabbitmq.js';
import { recovery } from './recovery.js';
import { requests } from './requests.js';
import { FULL, QUICK, type Sizes } from './sizes.js';
import { openSqs } from './sqs.js';
import { effectsDatabase } from './waybill-service.js';

const root = join(import.meta.dirname, '..', '..', '..');
const RESULTS = join(root, 'bench', 'results', 'brokers.json');
const GIB = 1_024 ** 3;
/** The backlog and the kills last: what they leave behind would slow the others. */
const JOBS = { publish, consume, latency, 'fan-out': fanOut, requests, backlog, recovery };

/** The same jobs on four brokers. `quick` tries the benchmark itself, and keeps no figures. */
export async function brokers({ quick = false } = {}): Promise<void> {
  const sizes = quick ? QUICK : FULL;
  const start = performance.now();
  const opened = [await openKafka(), await openRabbitMq(), await openNats(), ...(await openSqs())];
  const otherLoad = watchOtherLoad();
  const tables: ResultTable[] = [];
  let otherCores = 0;
  try {
    for (const [name, job] of Object.entries(JOBS)) tables.push(await run(name, job, opened, sizes));
    otherCores = otherLoad();
  } finally {
    for (const broker of opened) await broker.close();
    await (await effectsDatabase()).drop();
  }
  const results: BrokerResults = {
    date: new Date().toISOString().slice(0, 10),
    minutes: Math.round((performance.now() - start) / 6_000) / 10,
    machine: machine(),
    otherCores: Math.round(otherCores * 100) / 100,
    versions: { ...versionsOf(opened), ...clientVersions() },
    confirms: Object.fromEntries(opened.map(({ name, confirm }) => [name, confirm])),
    tables,
  };
  console.log(
    `\n${brokerTables(results)}\n${results.minutes} minutes; other processes took ${results.otherCores} cores meanwhile`,
  );
  if (quick) return;
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  console.log('written: bench/results/brokers.json; `npm run generate` brings it into docs/choosing-a-broker.md');
}

async function run(
  name: string,
  job: (brokers: readonly Broker[], sizes: Sizes) => Promise<ResultTable>,
  brokers: readonly Broker[],
  sizes: Sizes,
): Promise<ResultTable> {
  const start = performance.now();
  console.log(`\nbrokers/${name}`);
  const table = await job(brokers, sizes);
  console.log(`  ${table.method}\n  ${((performance.now() - start) / 1_000).toFixed(0)} s`);
  return table;
}

const machine = () => ({
  cpu: cpus()[0]!.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / GIB),
  os: `${type()} ${release()}`,
});

const versionsOf = (brokers: readonly Broker[]) =>
  Object.fromEntries(brokers.map(({ name, version }) => [name, version]));

/** Of the bare clients. */
function clientVersions(): Record<string, string> {
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const names = ['kafkajs', 'amqplib', '@nats-io/jetstream', '@aws-sdk/client-sqs'];
  const versionOf = (name: string) => new RegExp(`^ {2}"?${name}"?: (\\S+)$`, 'm').exec(catalog)![1]!;
  return { node: process.versions.node, ...Object.fromEntries(names.map((name) => [name, versionOf(name)])) };
}
