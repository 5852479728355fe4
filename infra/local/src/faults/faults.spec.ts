import { until } from '@waybill/testing';
import { FaultRejected, Faults } from './faults.js';
import { isStopped, SupervisedProgram } from './supervised.fixture.js';
import type { Target } from './target.js';

let program: SupervisedProgram;
let faults: Faults;
const cut = async () => 3;
beforeEach(async () => {
  program = new SupervisedProgram();
  await program.start();
  const target = (): Target => ({
    name: 'program',
    kind: 'process',
    supervised: program.supervised,
    cuts: new Map([['postgres', cut]]),
  });
  faults = new Faults(() => [target()], { line: (text) => void program.lines.push(text) });
});
afterEach(async () => {
  faults.undoAll();
  await program.stop();
});

const untilOver = () => until('no fault is in effect', () => faults.inEffect.length === 0);

describe('kill', () => {
  it('ends the process; it comes back, and with that the fault is over', async () => {
    const { pid } = program.supervised;
    const fault = await faults.inject({ kind: 'kill', target: 'program', by: 'ada' });
    expect(fault).toMatchObject({
      detail: `killed process ${pid}; the launcher starts it again`,
      by: 'ada',
      until: null,
    });

    await untilOver();
    expect(program.supervised.pid).not.toBe(pid);
    expect(await program.responds()).toBe(true);
    expect(faults.recent).toMatchObject([{ kind: 'kill', endedAt: expect.any(String) }]);
  });

  it('of a paused process ends it, too', async () => {
    const { pid } = program.supervised;
    await faults.inject({ kind: 'pause', target: 'program' });
    await faults.inject({ kind: 'kill', target: 'program' });
    await untilOver();
    expect(program.supervised.pid).not.toBe(pid);
    expect(await program.responds()).toBe(true);
  });
});

describe('pause', () => {
  it('stops the process and its children until the time is over', async () => {
    const pids = [program.supervised.pid!, await program.child()];
    const fault = await faults.inject({ kind: 'pause', target: 'program', seconds: 2 });
    expect(fault.detail).toBe('stopped its 2 processes');
    expect(Date.parse(fault.until!) - Date.parse(fault.since)).toBe(2_000);
    await until('both are stopped', () => pids.every(isStopped));
    expect(await program.responds()).toBe(false);

    await untilOver();
    await program.untilItResponds();
    expect(pids.map(isStopped)).toEqual([false, false]);
  });

  it('is undone at once when asked for', async () => {
    const { id } = await faults.inject({ kind: 'pause', target: 'program', seconds: null });
    expect(await program.responds()).toBe(false);
    expect(faults.undo(id)).toMatchObject({ until: null, endedAt: expect.any(String) });
    await program.untilItResponds();
  });

  it('ends when someone else kills the process', async () => {
    await faults.inject({ kind: 'pause', target: 'program', seconds: null });
    process.kill(program.supervised.pid!, 'SIGKILL');
    await untilOver();
    await program.untilItResponds();
  });
});

describe('slow', () => {
  it('stops the process and lets it run, again and again, until it is undone', async () => {
    const pid = program.supervised.pid!;
    const { id } = await faults.inject({ kind: 'slow', target: 'program', share: 0.2 });
    for (const turn of ['first', 'second']) {
      await until(`it is stopped for the ${turn} time`, () => isStopped(pid));
      await until(`it runs for the ${turn} time`, () => !isStopped(pid));
    }
    faults.undo(id);
    await program.untilItResponds();
    expect(isStopped(pid)).toBe(false);
  });
});

describe('stop', () => {
  it('leaves it down until the time is over', async () => {
    const { pid } = program.supervised;
    await faults.inject({ kind: 'stop', target: 'program', seconds: 2 });
    await until('it has ended', () => program.supervised.pid === undefined);
    expect(await program.responds()).toBe(false);

    await untilOver();
    await program.untilItResponds();
    expect(program.supervised.pid).not.toBe(pid);
    expect(program.lines.join('\n')).not.toContain('restarting in');
  });

  it('lets nothing else be done to it meanwhile', async () => {
    await faults.inject({ kind: 'stop', target: 'program', seconds: null });
    for (const kind of ['kill', 'pause', 'slow', 'stop', 'cut'] as const) {
      await expect(faults.inject({ kind, target: 'program', from: 'postgres' })).rejects.toThrow(
        'program does not run',
      );
    }
  });

  it('does not keep the launcher from stopping', async () => {
    await faults.inject({ kind: 'stop', target: 'program', seconds: null });
    await program.supervised.stop();
    await until('it has ended', () => program.supervised.pid === undefined);
  });
});

describe('cut', () => {
  it('says how many connections it has ended', async () => {
    const fault = await faults.inject({ kind: 'cut', target: 'program', from: 'postgres' });
    expect(fault).toMatchObject({
      detail: 'ended 3 connections to postgres',
      endedAt: expect.any(String),
      undoable: false,
    });
  });

  it('is rejected for a server whose connections cannot be ended', async () => {
    const rejected = faults.inject({ kind: 'cut', target: 'program', from: 'kafka' });
    await expect(rejected).rejects.toThrow('program can be cut off from postgres');
  });
});

describe('any fault', () => {
  it('that lasts replaces the one before it on the same target', async () => {
    await faults.inject({ kind: 'pause', target: 'program' });
    await faults.inject({ kind: 'slow', target: 'program', share: 0.5 });
    expect(faults.inEffect.map(({ kind }) => kind)).toEqual(['slow']);
    await program.untilItResponds();
  });

  it('ends after 30 s unless asked for longer', async () => {
    const { since, until: end } = await faults.inject({ kind: 'pause', target: 'program' });
    expect(Date.parse(end!) - Date.parse(since)).toBe(30_000);
  });

  it('is undone with all others when the launcher stops', async () => {
    await faults.inject({ kind: 'pause', target: 'program', seconds: null });
    faults.undoAll();
    await program.untilItResponds();
  });

  it('needs a target that the launcher runs', async () => {
    await expect(faults.inject({ kind: 'kill', target: 'nobody' })).rejects.toThrow(FaultRejected);
    expect(() => faults.undo('nothing')).toThrow('there is no fault nothing');
  });
});
