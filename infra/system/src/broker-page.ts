import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAIMS } from './broker-claims.js';
import { type BrokerResults, figureAt, figureText } from './broker-results.js';
import { brokerTables } from './broker-tables.js';
import type { GeneratedFile } from './generated-file.js';
import { table } from './markdown-table.js';
import { withRegion } from './region.js';

const RESULTS = 'bench/results/brokers.json';
const PAGE = 'docs/choosing-a-broker.md';

/** The rows of the bare clients, and those of our library: tasks where a broker carries both. */
const COLUMNS = [
  { broker: 'Kafka', bare: 'Kafka, kafkajs', ours: 'Kafka, Waybill' },
  { broker: 'RabbitMQ', bare: 'RabbitMQ, amqplib', ours: 'RabbitMQ, Waybill' },
  { broker: 'NATS', bare: 'NATS, @nats-io', ours: 'NATS, Waybill, tasks' },
  { broker: 'SQS', bare: 'SQS, AWS SDK', ours: 'SQS, Waybill' },
  { broker: 'SQS FIFO', bare: 'SQS FIFO, AWS SDK', ours: 'SQS FIFO, Waybill' },
] as const;

type By = 'bare' | 'ours' | 'insert';

const SUMMARY: { text: string; table: string; column: string; by: By }[] = [
  { text: 'publish one by one', table: 'publish', column: '1 KiB, one by one', by: 'bare' },
  { text: 'the same by Waybill', table: 'publish', column: '1 KiB, one by one', by: 'ours' },
  { text: 'publish in batches of 100', table: 'publish', column: '1 KiB, batches of 100', by: 'bare' },
  { text: 'the same by Waybill', table: 'publish', column: '1 KiB, batches of 100', by: 'ours' },
  { text: 'consume and count', table: 'consume', column: '1 KiB', by: 'bare' },
  { text: 'consume with one INSERT', table: 'consume', column: '1 KiB', by: 'insert' },
  { text: 'the same by Waybill, once each', table: 'consume', column: '1 KiB', by: 'ours' },
  { text: 'sending to handled, p50', table: 'latency', column: 'p50', by: 'bare' },
  { text: 'the same by Waybill, committed', table: 'latency', column: 'p50', by: 'ours' },
  { text: 'sending to handled, p99', table: 'latency', column: 'p99', by: 'bare' },
  { text: 'sending to handled, p99.9', table: 'latency', column: 'p99.9', by: 'bare' },
  { text: 'p50 in full load', table: 'latency', column: 'p50 in full load', by: 'bare' },
  { text: 'deliveries to three groups', table: 'fan-out', column: 'deliveries', by: 'bare' },
  { text: 'request and reply, p50', table: 'requests', column: 'p50', by: 'bare' },
  { text: 'the same by Waybill', table: 'requests', column: 'p50', by: 'ours' },
  { text: 'backlog that fitted', table: 'backlog', column: 'messages', by: 'bare' },
  { text: 'backlog drained at', table: 'backlog', column: 'drained', by: 'bare' },
  { text: 'memory with the backlog', table: 'backlog', column: 'memory with it', by: 'bare' },
  { text: 'from kill -9 to handled again', table: 'recovery', column: 'recovery', by: 'ours' },
];

/** The page's figures. */
export function brokerFigures(root: string): GeneratedFile {
  const results = JSON.parse(readFileSync(join(root, RESULTS), 'utf8')) as BrokerResults;
  const region = {
    begin: '<!-- Written by `npm run generate` from bench/results/brokers.json. -->',
    end: '<!-- End of what is written. -->',
    content: `\n${content(results)}\n`,
  };
  return withRegion(root, PAGE, region);
}

function content(results: BrokerResults): string {
  const { date, machine, otherCores, versions, confirms } = results;
  const versionsText = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const confirmed = Object.entries(confirms).map(([broker, what]) => `- ${broker}: ${what}`);
  return [
    `Measured on ${date} with ${machine.cores} cores and ${machine.memoryGiB} GiB of memory, which sender, consumer, PostgreSQL and all brokers ` +
      `share (${machine.os}; ${versionsText.join(', ')}). ${noise(otherCores)}\n\nWhat a confirm means here:\n\n${confirmed.join('\n')}\n`,
    `### At a glance\n\n1 KiB. The bare client, unless a row says Waybill.\n\n${summary(results)}`,
    `### The common claims\n\n${claims(results)}`,
    brokerTables(results),
  ].join('\n');
}

/** Cores that a measurement can do without. */
const QUIET = 0.1;

const noise = (otherCores: number): string =>
  otherCores < QUIET
    ? 'Nothing else ran.'
    : `Other work took ${otherCores} of the cores meanwhile: figures are noisy, and lower than the machine gives alone; only large differences mean something.`;

function summary(results: BrokerResults): string {
  const nameOf = (names: (typeof COLUMNS)[number], by: By) =>
    by === 'insert' ? `${names.bare} and INSERT` : names[by];
  const rows = SUMMARY.map(({ text, table, column, by }) => [
    text,
    ...COLUMNS.map((names) => figureText(figureAt(results, table, nameOf(names, by), column))),
  ]);
  return table([['', ...COLUMNS.map(({ broker }) => broker)], ...rows]);
}

function claims(results: BrokerResults): string {
  const rows = CLAIMS.map(({ claim, measured, why }) => [
    claim,
    measured.map((place) => figureText(figureAt(results, ...place))).join(' and ') || figureText(null),
    why,
  ]);
  return table([['one reads', 'here', 'why they differ'], ...rows]);
}
