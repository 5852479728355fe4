import { carriersOf, type PortName, portName, servers } from '@waybill/system';
import type { Components } from './components.js';
import type { Settings } from './settings.js';

interface Shown {
  /** How long the start took. */
  seconds?: number;
  /** The line of `consoleLink()`. */
  link?: string;
}

/** What `npm start` shows once everything is healthy: where to look first, and a table of all pages. */
export function addresses(
  { ports, env, home }: Settings,
  components: Components,
  { seconds, link = '' }: Shown = {},
): string {
  const url = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;
  const noted = (address: string, note?: string) => (note ? `${address}  (${note.replace('HOME', home)})` : address);
  const pages = components.processes.flatMap((process) =>
    (process.pages ?? []).map(({ label, path, note }) => [label, noted(url(ports[portName(process)], path), note)]),
  );
  const uis = servers.flatMap(({ name, ui, replacedBy }) => {
    if (!ui || !components.servers.includes(name)) return [];
    const own = (ui.replacedBy && env[ui.replacedBy]) || 'your own';
    return [[ui.label, env[replacedBy] ? own : noted(url(ports[ui.port as PortName]), ui.note)]];
  });
  const saga = [
    'saga of new orders',
    env.SAGA === 'choreography' ? 'choreography' : 'orchestration (or SAGA=choreography)',
  ];
  const { events, tasks } = carriersOf(env);
  const brokers = ['events and tasks', `by ${events} and ${tasks} (EVENTS and TASKS choose)`];
  const table = [...pages, ...uis, brokers, saga]
    .map(([label, address]) => `  ${label!.padEnd(18)} ${address}`)
    .join('\n');
  const headline = seconds === undefined ? '' : `\nWaybill is running (started in ${seconds.toFixed(1)} s).\n`;
  const order = components.processes.some(({ name }) => name === 'order-api') ? 'npm run order places an order, ' : '';
  return `${headline}${link && `\n${link}`}\n${table}\n\n  ${order}npm stop stops everything. Logs: ${home}/logs\n`;
}
