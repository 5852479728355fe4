import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { emptyList, events, FakeSystem, json } from './fake-system.fixture.js';

let directory: string;
let fake: FakeSystem;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-cli-'));
  fake = await FakeSystem.start({
    'POST /orders': json(202, { orderId: 'o', status: 'PENDING' }),
    'GET /orders/o': json(200, { total: { amount: 2_580, currency: 'EUR' } }),
    'GET /orders/o/events': events([
      { id: 1, status: 'PENDING' },
      { id: 2, status: 'CONFIRMED' },
    ]),
    'GET /orders': emptyList,
    'GET /products': emptyList,
    'GET /reservations': emptyList,
    'GET /ledger': emptyList,
    'GET /api/email': json(200, []),
    'GET /analytics/summary': json(200, { orders: {}, revenue: { amount: 0, currency: 'EUR' } }),
  });
});
afterEach(async () => {
  await fake.stop();
  rmSync(directory, { recursive: true });
});

/** Runs a command against the fake system, or against the one that `endpoints` says. */
async function run(command: 'order' | 'invariants', args: string[] = [], endpoints: object = everywhere(fake.url)) {
  const file = join(directory, 'endpoints.json');
  writeFileSync(file, JSON.stringify(endpoints));
  return runWithout(command, ['--endpoints', file, ...args]);
}

async function runWithout(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${command}.js`), ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code };
}

const everywhere = (url: string) => ({
  orderApi: url,
  inventory: url,
  paymentProvider: url,
  analytics: url,
  mail: url,
});

describe('npm run order', () => {
  it('shows the states of an order with times, and its total', async () => {
    const { stdout, code } = await run('order');

    expect(stdout).toMatch(
      /ms {2}accepted as o\n.*ms {2}PENDING\n.*ms {2}CONFIRMED\n\nThe order is confirmed. Total: 25.80 EUR/,
    );
    expect(code).toBe(0);
  });

  it('places many and sums them up', async () => {
    const { stdout, code } = await run('order', ['--count', '25']);

    expect(stdout).toContain('25/25  o  CONFIRMED  after');
    expect(stdout).toContain('25 orders: 25 CONFIRMED');
    expect(code).toBe(0);
  });

  it('ends with 1 when there is an order without outcome', async () => {
    await fake.stop();
    fake = await FakeSystem.start({ 'POST /orders': json(422, { title: 'The catalogue has no such SKU' }) });
    const { stdout, code } = await run('order', ['--sku', 'BOOK-999']);

    expect(stdout).toContain('refused with 422: The catalogue has no such SKU');
    expect(code).toBe(1);
  });

  it('says how to start a system when none runs', async () => {
    const withoutFile = await runWithout('order', [], { WAYBILL_HOME: directory });
    const withoutServer = await run('order', [], everywhere('http://127.0.0.1:1'));

    for (const { stderr, code } of [withoutFile, withoutServer]) {
      expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('npm start'), code: 1 });
      expect(stderr).not.toContain('    at ');
    }
  });

  it.each([
    ['--toekn', 'tok_ok', 'did you mean --token?'],
    ['--token', 'tok_decline', 'did you mean tok_declined?'],
    ['--quantity', '0', 'must be at least 1'],
    ['--count', 'many', 'must be a number'],
    ['--timeout', 'soon', 'not a duration'],
  ])('refuses %s %s with 2: %s', async (option, value, complaint) => {
    const { stderr, code } = await run('order', [option, value]);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining(complaint), code: 2 });
  });
});

describe('npm run invariants', () => {
  it('prints each invariant with what it counted and ends with 0', async () => {
    const { stdout, code } = await run('invariants');

    for (const id of ['I1', 'I2', 'I3', 'I4', 'I5']) expect(stdout).toMatch(new RegExp(`^${id}  ok`, 'm'));
    expect(stdout).toContain('not checked without --keys');
    expect(code).toBe(0);
  });

  it('names what is broken and ends with 1', async () => {
    const accepted = join(directory, 'accepted');
    writeFileSync(accepted, 'lost\n');
    const broken = await run('invariants', ['--settle', '0s', '--accepted', accepted]);
    const asJson = await run('invariants', ['--settle', '0s', '--accepted', accepted, '--json']);

    expect(broken.stdout).toMatch(/^I1 {2}BROKEN/m);
    expect(broken.stdout).toContain('* order lost was accepted, but there is no such order');
    expect(JSON.parse(asJson.stdout)[0]).toMatchObject({ id: 'I1', ok: false, broken: 1 });
    expect([broken.code, asJson.code]).toEqual([1, 1]);
  });

  it.each([
    ['an unknown option', ['--acepted', 'x'], 'did you mean --accepted?'],
    ['a file that is not there', ['--keys', 'nowhere'], '--keys nowhere'],
    ['a flag that needs another', ['--only-accepted'], 'needs --accepted'],
  ])('refuses %s with 2', async (_, args, complaint) => {
    const { stderr, code } = await run('invariants', args);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining(complaint), code: 2 });
  });

  it('ends with 2 when the system can not be asked', async () => {
    const { stderr, code } = await run('invariants', [], everywhere('http://127.0.0.1:1'));
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('npm start'), code: 2 });

    const incomplete = await run('invariants', [], { orderApi: fake.url });
    expect(incomplete.stderr).toContain('inventory');
    expect(incomplete.code).toBe(2);
  });

  it('explains itself', async () => {
    const { stdout, code } = await run('invariants', ['--help']);
    for (const option of ['accepted', 'keys', 'initial', 'settle', 'json']) expect(stdout).toContain(`--${option}`);
    expect(code).toBe(0);
  });
});
