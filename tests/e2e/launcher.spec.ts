import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@waybill/testing';
import { anOrder } from '../shop.js';

const root = join(import.meta.dirname, '..', '..', '..');

/** So that no port is one of the system of this test run. */
const PORT_BASE = Number(process.env.WAYBILL_PORT_BASE) + 500;

/** A second copy on this machine, as another clone would be. */
const home = mkdtempSync(join(tmpdir(), 'waybill-launcher-'));

interface Run {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

/** In a process group of its own, as a shell starts it. */
function npm(...args: string[]): Run {
  const child = spawn('npm', args, {
    cwd: root,
    env: { ...ownEnvironment(), WAYBILL_HOME: home, WAYBILL_PORT_BASE: String(PORT_BASE) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, output: () => output, ended: once(child, 'close').then(([code]) => code) };
}

/** Without the address of the system of this test run. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { WAYBILL_ENDPOINTS: _, ...env } = process.env;
  return env;
}

interface Endpoints {
  orderApi: string;
  processes: Record<string, number>;
}
const endpoints = (): Endpoints => JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8'));

interface State {
  supervisor: { pid: number };
  processes: Record<string, { pid: number }>;
}
const state = (): State => JSON.parse(readFileSync(join(home, 'state.json'), 'utf8'));

/** As the console does, without an end. Resolves when the process is frozen. */
async function pauseForEver(target: string): Promise<void> {
  const sent = request({ socketPath: join(home, 'launcher.sock'), method: 'POST', path: '/faults' });
  sent.end(JSON.stringify({ kind: 'pause', target, seconds: null }));
  const [response] = await once(sent, 'response');
  expect(response.statusCode).toBe(201);
  response.resume();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

afterAll(async () => {
  await npm('stop').ended;
  rmSync(home, { recursive: true, force: true });
});

describe('npm start', () => {
  let holder: Server | undefined;
  afterEach(() => {
    holder?.close();
    holder = undefined;
  });

  it('names a taken port before it starts anything', async () => {
    holder = createServer().listen(PORT_BASE + 3004, '127.0.0.1');
    await once(holder, 'listening');
    const { output, ended } = npm('start', '--', '--detach');

    expect(await ended).not.toBe(0);
    expect(output()).toContain(`${PORT_BASE + 3004} (ANALYTICS_PORT)`);
    // Every process and server that is started has a log.
    expect(readdirSync(join(home, 'logs'))).toEqual(['launcher.log']);
  });

  it('runs beside another copy, keeps its data over a kill -9 and npm stop, and leaves nothing running after Ctrl-C', async () => {
    const first = npm('start', '--', '--detach');
    expect([await first.ended, first.output()]).toEqual([0, expect.stringContaining('/docs')]);
    const { orderApi, processes } = endpoints();
    const placed = await fetch(`${orderApi}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(anOrder()),
    });
    const { orderId } = (await placed.json()) as { orderId: string };
    await pauseForEver('email');
    const { supervisor, processes: all } = state();
    process.kill(supervisor.pid, 'SIGKILL');
    expect(await npm('stop').ended).toBe(0);
    // Whoever adopted them may take a moment to notice that they have ended.
    const started = [...Object.values(processes), all.epmd!.pid];
    await until('all have ended', () => !started.some(isAlive));

    const second = npm('start');
    await until('it runs again', () => second.output().includes('Waybill is running'), { within: '120s' });
    expect((await fetch(`${endpoints().orderApi}/orders/${orderId}`)).status).toBe(200);
    const again = endpoints().processes;
    await pauseForEver('email');
    await pauseForEver('postgres');
    process.kill(-second.child.pid!, 'SIGINT');

    await second.ended; // with npm's exit code, which says only that it was interrupted too
    expect(second.output()).toContain('stopped; the data stay');
    expect(Object.values(again).filter(isAlive)).toEqual([]);
  }, 300_000);

  it('leaves no system running, says npm run status', async () => {
    const { output, ended } = npm('run', 'status');
    expect([await ended, output()]).toEqual([1, expect.stringContaining('not running')]);
  });

  it('suggests the option that was probably meant', async () => {
    const { output, ended } = npm('start', '--', '--detatch');
    expect([await ended, output()]).toEqual([2, expect.stringContaining('did you mean --detach')]);
  });
});
