import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '@waybill/testing';
import { secondsOf } from '../process-table.js';
import { CpuMeter } from './cpu-meter.js';
import { cpuPerOrder } from './measure.js';

/** Keeps a core busy for half a second, in a child that then ends; the parent says so and stays. */
const PARENT = `
  const { execFileSync } = require('node:child_process');
  process.stdin.once('data', () => {
    execFileSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 500_000);']);
    console.log('done');
  });`;

/** `ps` of other systems does not count them. */
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('the CPU of a process', () => {
  let parent: ChildProcess;
  beforeEach(async () => {
    parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(parent, 'spawn');
  });
  afterEach(() => {
    parent.kill('SIGKILL');
  });

  onLinux('is also that of its children, those included that have ended meanwhile', async () => {
    const meter = new CpuMeter({ server: parent.pid! });
    parent.stdin!.write('go\n');
    await once(parent.stdout!, 'data');

    const { cpu, seconds } = meter.read();
    expect(cpu.server).toBeGreaterThan(0.45);
    expect(seconds).toBeGreaterThan(0.45);
  });

  it('is not known when it ended meanwhile: a figure would be wrong', async () => {
    const meter = new CpuMeter({ server: parent.pid! });
    parent.kill('SIGKILL');
    await until('it has ended', () => parent.signalCode !== null);

    expect(() => meter.read()).toThrow(/^server .* has ended/);
  });
});

it('the CPU of an order is what the processes took, less what they take at rest in that time', () => {
  const cpu = cpuPerOrder({ kafka: 8, mail: 1 }, { rest: { kafka: 0.1, mail: 0 }, seconds: 20, orders: 100 });
  expect(cpu).toEqual({ kafka: 60, mail: 10 });
});

it.each([
  ['0:01.50', 1.5],
  ['1:02.53', 62.53],
  ['03:01:02', 10_862],
  ['1-03:01:02', 97_262],
])('`ps` writes %s for %d seconds', (time, seconds) => {
  expect(secondsOf(time)).toBeCloseTo(seconds);
});
