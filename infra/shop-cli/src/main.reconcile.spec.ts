import { jsonResponse, type Route } from '@waybill/testing';
import { allEndpoints, CommandHarness, UNREACHABLE } from './command.fixture.js';

const range = { since: '2026-01-01T00:00:00.000Z', until: '2026-01-08T00:00:00.000Z', entries: 2, payments: 1 };
const finding = { orderId: 'o-1', attempt: 1, type: 'charge', providerId: 'ch_1' };
const repaired = { ...finding, kind: 'charge-not-recorded', repaired: true };
const left = { ...finding, kind: 'amount-differs', repaired: false };
const order = { orderId: 'o-2', status: 'FAILED', total: { amount: 1, currency: 'EUR' } };
const charge = { id: 'ch_2', orderId: 'o-2', type: 'charge', amount: 1, currency: 'EUR' };

let harness: CommandHarness;
let bodies: unknown[];
async function start(findings: object[], orders: object[] = [], ledger: object[] = []): Promise<void> {
  bodies = [];
  const reconciliations: Route = async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    bodies.push({ ...JSON.parse(text), token: request.headers.authorization });
    jsonResponse(200, { ...range, findings })(request, response);
  };
  const listOf = (items: object[]) => jsonResponse(200, { items, nextCursor: null });
  harness = await CommandHarness.start({
    'POST /reconciliations': reconciliations,
    'GET /orders': listOf(orders),
    'GET /ledger': listOf(ledger),
  });
}
afterEach(() => harness.stop());

describe('npm run reconcile', () => {
  it('says what was compared and exits with 0 when nothing is left', async () => {
    await start([repaired]);
    const { stdout, code } = await harness.run('reconcile');
    expect(stdout).toContain("compared 2 entries of the provider's ledger with 1 payments");
    expect(stdout).toMatch(/repaired +charge ch_1 of order o-1, attempt 1/);
    expect(code).toBe(0);
    expect(bodies).toEqual([{ days: 7, repair: true, token: 'Bearer operator' }]);
  });

  it('lists what is left, with its meaning, and exits with 1', async () => {
    await start([left]);
    const { stdout, code } = await harness.run('reconcile', '--dry-run', '--days', '30');
    expect(stdout).toMatch(/amount-differs: .+\n +LEFT +charge ch_1/);
    expect(code).toBe(1);
    expect(bodies).toEqual([expect.objectContaining({ days: 30, repair: false })]);
  });

  it('finds a failed order that was charged', async () => {
    await start([], [order], [charge]);
    const { stdout, code } = await harness.run('reconcile', '--json');
    expect(JSON.parse(stdout).orders).toEqual([
      expect.stringContaining('order o-2 is FAILED, but the net charge is 1'),
    ]);
    expect(code).toBe(1);
  });

  it('exits with 2 when payment cannot be reached', async () => {
    await start([]);
    const { code, stderr } = await harness.runAt(allEndpoints(UNREACHABLE), 'reconcile');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('could not be reached') });
  });
});
