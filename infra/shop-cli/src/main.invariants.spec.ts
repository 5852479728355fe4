import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyList, jsonResponse } from '@waybill/testing';
import { allEndpoints, CommandHarness, UNREACHABLE } from './command.fixture.js';

const HEALTHY = {
  'GET /orders': emptyList,
  'GET /products': emptyList,
  'GET /reservations': emptyList,
  'GET /ledger': emptyList,
  'GET /api/email': jsonResponse(200, []),
  'GET /metrics': jsonResponse(200, {}),
  'GET /analytics/summary': jsonResponse(200, { orders: {}, revenue: { amount: 0, currency: 'EUR' } }),
};

let harness: CommandHarness;
beforeEach(async () => {
  harness = await CommandHarness.start(HEALTHY);
});
afterEach(() => harness.stop());

describe('npm run invariants', () => {
  it('prints each invariant with what it counted and exits with 0', async () => {
    const { stdout, code } = await harness.run('invariants');

    for (const id of ['I1', 'I2', 'I3', 'I4', 'I5', 'I7', 'I8', 'I9'])
      expect(stdout).toMatch(new RegExp(`^${id}  ok`, 'm'));
    expect(stdout).toContain('not checked without --keys');
    expect(code).toBe(0);
  });

  it('names what is broken and exits with 1', async () => {
    const accepted = join(harness.directory, 'accepted');
    writeFileSync(accepted, 'lost\n');
    const broken = await harness.run('invariants', '--settle', '0s', '--accepted', accepted);
    const asJson = await harness.run('invariants', '--settle', '0s', '--accepted', accepted, '--json');

    expect(broken.stdout).toMatch(/^I1 {2}BROKEN/m);
    expect(broken.stdout).toContain('* order lost was accepted, but there is no such order');
    expect(JSON.parse(asJson.stdout)[0]).toMatchObject({ id: 'I1', ok: false, broken: 1 });
    expect([broken.code, asJson.code]).toEqual([1, 1]);
  });

  it('checks what can be reached with --now, says what is open and what is on its way, and exits with 0', async () => {
    const pending = { orderId: 'o1', status: 'PENDING', terminal: false, items: [], history: [{ status: 'PENDING' }] };
    const busy = await CommandHarness.start({
      ...HEALTHY,
      'GET /orders': jsonResponse(200, { items: [{ ...pending, attempt: 1 }], nextCursor: null }),
      'GET /ledger': jsonResponse(503, { title: 'Unavailable' }),
    });
    const { stdout, code } = await busy.run('invariants', '--now', '--json');
    const shown = await busy.run('invariants', '--now');
    await busy.stop();

    const { moving, results } = JSON.parse(stdout);
    expect({ code, moving }).toEqual({ code: 0, moving: ['1 orders have no outcome yet'] });
    const byId = Object.fromEntries(results.map((result: { id: string }) => [result.id, result]));
    expect(byId).toMatchObject({
      I1: { ok: false, examples: ['order o1 has no outcome: it is PENDING'] },
      I2: { ok: null, notChecked: expect.stringContaining('responded with 503') },
      I8: { ok: true },
    });
    expect(shown.stdout).toContain('not at rest: 1 orders have no outcome yet');
  });

  it.each([
    ['an unknown option', ['--acepted', 'x'], 'did you mean --accepted?'],
    ['a file that does not exist', ['--keys', 'nowhere'], '--keys nowhere'],
    ['a flag that needs another', ['--only-accepted'], 'needs --accepted'],
  ])('rejects %s with 2', async (_, args, message) => {
    const { stderr, code } = await harness.run('invariants', ...args);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining(message), code: 2 });
  });

  it('exits with 2 when the system cannot be reached', async () => {
    const { stderr, code } = await harness.runAt(allEndpoints(UNREACHABLE), 'invariants');
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('npm start'), code: 2 });
  });

  it('exits with 2 and names the addresses that endpoints.json lacks', async () => {
    const { stderr, code } = await harness.runAt({ orderApi: harness.system.url }, 'invariants');
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('inventory'), code: 2 });
  });

  it('lists its options with --help', async () => {
    const { stdout, code } = await harness.run('invariants', '--help');
    for (const option of ['accepted', 'keys', 'initial', 'settle', 'json']) expect(stdout).toContain(`--${option}`);
    expect(code).toBe(0);
  });
});
