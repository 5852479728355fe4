import { setTimeout as pause } from 'node:timers/promises';
import { getJson, samplesOf } from '@waybill/cli';
import { processes as services } from '@waybill/system';
import { isSame } from './process-times.js';
import { stdout } from './progress.js';
import { answers } from './ready.js';
import { urlOf } from './services.js';
import type { Settings } from './settings.js';
import { readState, type State } from './state.js';
import { figuresOf, type Reading } from './status-figures.js';
import { type ProcessStatus, statusText } from './status-text.js';

export interface StatusOptions {
  /** For programs; while watching, one line each time. */
  json: boolean;
  /** Again every two seconds until Ctrl-C. */
  watch: boolean;
}

const INTERVAL = 2_000;
/** Between the two readings that rates are taken from. */
const FIRST_INTERVAL = 1_000;
const RESPONDS_WITHIN = 2_000;
const CLEAR = '\x1b[H\x1b[2J\x1b[3J';

/** `npm run status`: 0 when everything runs and is ready. A process that does not respond is shown as such, with all the others. */
export async function status(settings: Settings, options: StatusOptions): Promise<number> {
  if (!options.watch) return (await show(settings, options)).code;
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  let before: Reading | undefined;
  while (!stopping.signal.aborted) {
    before = (await show(settings, options, before)).reading;
    await pause(INTERVAL, undefined, { signal: stopping.signal }).catch(() => {}); // Ctrl-C
  }
  return 0;
}

/** Rates are since the reading before; without one it takes a moment. */
async function show(
  settings: Settings,
  { json, watch }: StatusOptions,
  before?: Reading,
): Promise<{ code: number; reading?: Reading }> {
  const write = (text: string) => stdout.line(watch && !json && process.stdout.isTTY ? CLEAR + text : text);
  const state = readState(settings.home);
  if (!state || !isSame(state.supervisor)) {
    write(json ? JSON.stringify({ status: 'stopped', processes: [] }) : 'Waybill is not running: npm start');
    return { code: 1 };
  }
  const earlier = before ?? (await readEarlier(settings, state));
  const [processes, reading] = await Promise.all([processesOf(settings, state), read(settings, state)]);
  const figures = figuresOf(reading, earlier);
  const head = `Waybill is ${state.status} (launcher: pid ${state.supervisor.pid})`;
  if (json) write(JSON.stringify({ status: state.status, processes, ...figures }, null, watch ? 0 : 2));
  else write(statusText(head, processes, figures));
  const isHealthy = processes.every(({ state }) => state === 'ready' || state === 'running');
  return { code: state.status === 'running' && isHealthy ? 0 : 1, reading };
}

async function readEarlier(settings: Settings, state: State): Promise<Reading> {
  const reading = await read(settings, state);
  await pause(FIRST_INTERVAL);
  return reading;
}

function processesOf(settings: Settings, { processes, services: chosen }: State): Promise<ProcessStatus[]> {
  const names = new Set([...Object.keys(processes), ...chosen]);
  return Promise.all([...names].map((name) => statusOf(name, settings, processes[name]?.pid)));
}

async function statusOf(name: string, settings: Settings, pid: number | undefined): Promise<ProcessStatus> {
  if (!pid) return { name, state: 'down' };
  const service = services.find((one) => one.name === name);
  if (!service) return { name, pid, state: 'running' };
  const state = await answers(`${urlOf(service, settings)}/health/ready`).then(
    () => 'ready',
    (error: Error) => `not ready: ${error.message}`,
  );
  return { name, pid, state };
}

/** All at about the same time; what does not respond in time is left out. */
async function read(settings: Settings, { processes }: State): Promise<Reading> {
  const running = services.filter(({ name }) => processes[name]);
  const analytics = services.find(({ name }) => name === 'analytics');
  const [samples, summary] = await Promise.all([
    Promise.all(
      running.map(async (service) => [service.name, await metricsOf(`${urlOf(service, settings)}/metrics`)] as const),
    ),
    analytics && getSummary(`${urlOf(analytics, settings)}/analytics/summary`),
  ]);
  return { at: performance.now(), samples: new Map(samples), orders: summary?.orders };
}

const metricsOf = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(RESPONDS_WITHIN) })
    .then(async (response) => (response.ok ? samplesOf(await response.text()) : undefined))
    .catch(() => undefined); // its state says why

const getSummary = (url: string) =>
  getJson<{ orders: Record<string, number> }>(url, AbortSignal.timeout(RESPONDS_WITHIN)).catch(() => undefined);
