import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processes } from '@waybill/system';
import type { ProcessSpec } from './process-spec.js';
import { serviceEnvironment, serviceSpecs } from './services.js';
import { type Environment, readSettings, root } from './settings.js';

export const METRICS_DOCUMENT = join('docs', 'metrics.md');

interface Metric {
  name: string;
  type: string;
  help: string;
  labels: string[];
}

/** Nobody listens there: a process registers its metrics before it needs a server. */
const NOWHERE: Environment = {
  POSTGRES_URL: 'postgres://nobody:none@127.0.0.1:9/none',
  RABBITMQ_URL: 'amqp://nobody:none@127.0.0.1:9',
  KAFKA_BROKERS: '127.0.0.1:9',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  SMTP_URL: 'smtp://127.0.0.1:9',
};
const LISTENS_WITHIN = 120_000;

/** docs/metrics.md: what the processes themselves register. Starts each for a moment, without any server. */
export async function metricsDocument(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'waybill-metrics-'));
  try {
    const settings = readSettings({ PATH: process.env.PATH, WAYBILL_HOME: home });
    const env = { ...serviceEnvironment(settings, []), ...NOWHERE, LOG_LEVEL: 'error', NODE_NO_WARNINGS: '1' };
    const described: [process: string, Metric[]][] = [];
    for (const spec of serviceSpecs(settings, env, processes)) described.push([spec.name, await metricsOf(spec)]); // one at a time: memory
    return documentOf(described);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Writes it when it is stale. Returns the paths of what it wrote. */
export async function writeMetricsDocument(): Promise<string[]> {
  const content = await metricsDocument();
  const path = join(root, METRICS_DOCUMENT);
  if (content === readFileSync(path, 'utf8')) return [];
  writeFileSync(path, content);
  return [METRICS_DOCUMENT];
}

async function metricsOf({ name, command, args, env }: ProcessSpec): Promise<Metric[]> {
  const { package: folder } = processes.find((process) => process.name === name)!;
  const child = spawn(command, ['--import', join(root, 'infra', 'local', 'describe-metrics.mjs'), ...args], {
    cwd: root,
    env: { ...env, PORT: String(await freePort()), METRICS_OF: join(root, folder, 'package.json') },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LISTENS_WITHIN,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  await once(child, 'close');
  const [, json] = /^METRICS (.*)$/m.exec(output) ?? [];
  if (!json) throw new Error(`${name} did not say which metrics it has:\n${output}`);
  return JSON.parse(json);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** prom-client's own: which ones depends on the operating system. */
const OF_THE_RUNTIME = /^(nodejs|process)_/;

function documentOf(described: readonly [process: string, Metric[]][]): string {
  const all = new Map<string, Metric & { processes: string[] }>();
  for (const [process, metrics] of described) {
    for (const metric of metrics.filter(({ name }) => !OF_THE_RUNTIME.test(name))) {
      const { processes } = all.get(metric.name) ?? { processes: [] };
      all.set(metric.name, { ...metric, processes: [...processes, process] });
    }
  }
  const sorted = [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${HEAD}\n${table(['metric', 'type', 'labels', 'what it is', 'processes'], sorted.map(cellsOf))}`;
}

const cellsOf = ({ name, type, labels, help, processes }: Metric & { processes: string[] }): string[] => [
  `\`${name}\``,
  type,
  labels.map((label) => `\`${label}\``).join(' '),
  help.replaceAll('|', '\\|'),
  processes.join(', '),
];

/** Aligned, as the formatter would. */
function table(head: string[], rows: readonly string[][]): string {
  const widths = head.map((_, n) => Math.max(...[head, ...rows].map((cells) => cells[n]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

const HEAD = `# Metrics

<!-- Written by \`npm run generate\` from what the processes register. -->

Every process serves \`/metrics\` in Prometheus's text format; \`docker compose --profile monitoring up\` scrapes all of them. Labels have
values of ours only: what comes from outside is never one. A gauge whose source is unavailable disappears, because its last value would
look healthy. [Alerts](runbooks/README.md) and [dashboards](../infra/grafana/dashboards) are tested to name only what is listed here, and what
prom-client measures of Node in every process: \`process_*\` (CPU, memory, open files), \`nodejs_*\` (heap, garbage collection, and
\`nodejs_eventloop_lag_*\`, the delay of the event loop).
`;
