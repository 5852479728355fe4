import { existsSync, mkdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Faults } from './faults.js';
import { LauncherSocket } from './launcher-socket.js';
import { SupervisedProgram } from './supervised.fixture.js';
import type { Target } from './target.js';
import { TargetStates } from './target-states.js';

let program: SupervisedProgram;
let faults: Faults;
let socket: LauncherSocket;

async function open(home = program.home): Promise<void> {
  const targets = (): Target[] => [
    { name: 'program', kind: 'process', supervised: program.supervised, cuts: new Map() },
  ];
  faults = new Faults(targets, { line() {} });
  const states = new TargetStates(targets, faults);
  socket = await LauncherSocket.open({ home, faults, states, reads: { '/weather': async () => ({ sun: true }) } });
}

beforeEach(async () => {
  program = new SupervisedProgram();
  await program.start();
  await open();
});
afterEach(async () => {
  faults.undoAll();
  await socket.close();
  await program.stop();
});

interface Response {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: as JSON is
  body: any;
}

const call = (method: string, path: string, body?: unknown) =>
  new Promise<Response>((resolve, reject) => {
    const sent = request({ socketPath: socket.path, method, path }, async (response) => {
      const text = (await response.toArray()).join('');
      resolve({ status: response.statusCode!, body: JSON.parse(text) });
    });
    sent.once('error', reject);
    sent.end(typeof body === 'string' ? body : body && JSON.stringify(body));
  });

const stateNow = async () => (await call('GET', '/faults')).body.targets[0];

describe("the launcher's socket", () => {
  it('is open to its owner only, and gone when it is closed', async () => {
    expect((statSync(socket.path).mode & 0o777).toString(8)).toBe('600');
    await socket.close();
    expect(existsSync(socket.path)).toBe(false);
  });

  it('replaces the one of a launcher that was killed', async () => {
    const first = socket;
    await open();
    expect(socket.path).toBe(first.path);
    expect((await call('GET', '/faults')).status).toBe(200);
    await first.close();
  });

  it('is in a folder of its own where its path would be too long', async () => {
    await socket.close();
    const home = join(program.home, 'x'.repeat(100));
    mkdirSync(home);
    await open(home);
    expect(socket.path).not.toContain(home);
    expect((await call('GET', '/faults')).status).toBe(200);
    const folder = join(socket.path, '..');
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
    await socket.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('shows what runs, what is done to it, and undoes it', async () => {
    const { pid } = program.supervised;
    expect(await stateNow()).toEqual({
      name: 'program',
      kind: 'process',
      state: 'running',
      pid,
      runsSince: expect.any(String),
      reason: null,
      faults: ['kill', 'pause', 'slow', 'stop'],
      cuts: [],
    });
    const { status, body: fault } = await call('POST', '/faults', { kind: 'pause', target: 'program', by: 'ada' });
    expect({ status, fault }).toMatchObject({ status: 201, fault: { by: 'ada', endedAt: null } });
    expect(await stateNow()).toMatchObject({ state: 'paused', pid });

    expect((await call('DELETE', `/faults/${fault.id}`)).status).toBe(200);
    expect(await stateNow()).toMatchObject({ state: 'running' });
    expect((await call('GET', '/faults')).body).toMatchObject({ inEffect: [], recent: [{ id: fault.id }] });
  });

  it('answers what else can be read', async () => {
    expect(await call('GET', '/weather')).toEqual({ status: 200, body: { sun: true } });
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a list', '[]'],
    ['an unknown kind', { kind: 'burn', target: 'program' }],
    ['no target', { kind: 'kill' }],
    ['no time', { kind: 'pause', target: 'program', seconds: 0 }],
    ['too long a time', { kind: 'pause', target: 'program', seconds: 3_601 }],
    ['all of the time', { kind: 'slow', target: 'program', share: 1 }],
    ['a text for a share', { kind: 'slow', target: 'program', share: '0.5' }],
    ['too much', 'x'.repeat(20_000)],
  ])('rejects %s', async (_, body) => {
    expect(await call('POST', '/faults', body)).toEqual({ status: 400, body: { message: expect.any(String) } });
    expect(faults.inEffect).toEqual([]);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/toString'],
    ['PUT', '/faults'],
    ['DELETE', '/faults/none'],
    ['GET', '/__proto__'],
  ])('has no %s %s', async (method, path) => {
    expect((await call(method, path)).status).toBe(404);
  });
});
