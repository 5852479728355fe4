import type { Process, Server } from './declaration.js';
import { PROCESSES, SERVERS } from './system.js';

type KeysOfEach<T> = T extends unknown ? keyof T : never;
export type PortName = KeysOfEach<(typeof PROCESSES)[number]['port']> | KeysOfEach<(typeof SERVERS)[number]['ports']>;

export const processes: readonly Process[] = PROCESSES;
export const servers: readonly Server[] = SERVERS;

/** Every port by the setting that moves it. */
export const DEFAULT_PORTS: Readonly<Record<PortName, number>> = Object.assign(
  {},
  ...processes.map(({ port }) => port),
  ...servers.map(({ ports }) => ports),
);

/** Small heaps: the collector runs a little more often, and all processes fit on a laptop beside the servers. */
export const NODE_FLAGS = ['--max-old-space-size=160', '--max-semi-space-size=4', '--optimize-for-size'];

export const portName = ({ port }: Process): PortName => Object.keys(port)[0] as PortName;
export const defaultPort = (process: Process): number => DEFAULT_PORTS[portName(process)];
export const portNames = ({ ports }: Server): PortName[] => Object.keys(ports) as PortName[];

export const entryOf = ({ entry = 'main' }: Process): string => `dist/${entry}.js`;

/** `order-api` in endpoints.json: `orderApi`. */
export const endpointKey = ({ name, endpoint }: Process): string =>
  endpoint ?? name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Where a caller finds the process: `PAYMENT_PROVIDER_URL`. */
export const urlSetting = (name: string): string => `${name.toUpperCase().replaceAll('-', '_')}_URL`;

/** Each database with the package whose migrations make it. */
export const databases: readonly { name: string; package: string }[] = [
  ...new Map(
    processes.flatMap((process) =>
      process.database ? [[process.database, { name: process.database, package: process.package }] as const] : [],
    ),
  ).values(),
];

export const processNamed = (name: string): Process => {
  const process = processes.find((one) => one.name === name);
  if (!process) throw new Error(`there is no process ${name} in infra/system/src/system.ts`);
  return process;
};

/** What docker-compose.yml publishes for clients, as endpoints.json names it. */
export function publishedPorts(): Record<string, PortName> {
  const ofProcesses = processes.filter(({ published }) => published !== 'not');
  return Object.fromEntries([
    ...ofProcesses.map((process) => [endpointKey(process), portName(process)]),
    ...servers.flatMap(({ ui }) => (ui ? [[ui.endpoint, ui.port]] : [])),
  ]);
}
