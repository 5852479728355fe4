import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '@waybill/testing';
import { LogFiles } from './log-files.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'logs-'));
  mkdirSync(join(home, 'logs'));
  write('order-api', line('10:00:00', 30, 'listening'), line('10:00:03', 20, 'a detail'));
  write('payment', line('10:00:02', 40, 'declined', { subject: 'order-1' }), 'not JSON', '{"time":');
  write('postgres', '2026-11-27 10:00:01 UTC LOG: ready');
});
afterEach(() => rmSync(home, { recursive: true }));

const path = (name: string) => join(home, 'logs', `${name}.log`);
const write = (name: string, ...lines: string[]) => writeFileSync(path(name), `${lines.join('\n')}\n`);
const line = (time: string, level: number, msg: string, fields: object = {}) =>
  JSON.stringify({ level, time: `2026-11-27T${time}.000Z`, service: 'test', ...fields, msg });

const logs = (...args: string[]) =>
  runScript(join(import.meta.dirname, 'main.logs.js'), [...args, '--endpoints', join(home, 'endpoints.json')]);
const messages = (text: string) => [...text.matchAll(/"msg":"([^"]*)"/g)].map(([, msg]) => msg);

describe('npm run logs', () => {
  it('shows the lines of all processes in the order of time, readably', async () => {
    const { stdout, code } = await logs();
    expect(stdout.match(/listening|declined|a detail/g)).toEqual(['listening', 'declined']);
    expect(stdout).toMatch(/^\[10:00:00\.000\] INFO/);
    expect(code).toBe(0);
  });

  it.each([
    [
      ['--level', 'debug'],
      ['listening', 'declined', 'a detail'],
    ],
    [['--about', 'order-1'], ['declined']],
    [['--of', 'order-api'], ['listening']],
  ])('chooses them by %j', async (args, expected) => {
    expect(messages((await logs('--json', ...args)).stdout)).toEqual(expected);
  });

  it('says what is wrong', async () => {
    expect(await logs('--of', 'paymnt')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean payment?'),
    });
    rmSync(join(home, 'logs'), { recursive: true });
    expect(await logs()).toMatchObject({ code: 1, stderr: expect.stringContaining('npm start') });
  });
});

describe('log files that are followed', () => {
  it('give what was written since, also to a file that was begun anew, and a line once it is whole', () => {
    const files = new LogFiles(join(home, 'logs'), ['payment']);
    const next = () => files.next().flatMap(({ text }) => messages(text));
    expect(next()).toEqual(['declined']);
    const whole = line('10:00:04', 30, 'charged');
    appendFileSync(path('payment'), whole.slice(0, 20));
    expect(next()).toEqual([]);
    appendFileSync(path('payment'), `${whole.slice(20)}\n`);
    expect(next()).toEqual(['charged']);
    write('payment', line('10:00:05', 30, 'new'));
    expect(next()).toEqual(['new']);
  });
});
