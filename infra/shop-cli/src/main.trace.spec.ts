import { jsonResponse } from '@waybill/testing';
import { allEndpoints, CommandHarness, UNREACHABLE } from './command.fixture.js';

const ORDER_ID = '01a21aa3-37ed-7067-8ab6-2c9537be8962';
const at = (seconds: number) => `2026-11-27T01:33:${54 + seconds}.000Z`;
const trace = {
  orderId: ORDER_ID,
  status: 'FAILED',
  entries: [
    { at: at(0), source: 'order', service: 'order-api', kind: 'http', what: 'PENDING' },
    { at: at(1), source: 'saga', service: 'order-processor', kind: 'saga-step', what: 'started' },
    { at: at(2), source: 'payment', service: 'payment', kind: 'charge', what: 'charge REFUSED', detail: '2500 EUR' },
    {
      at: at(3),
      source: 'order',
      service: 'order-processor',
      kind: 'state',
      what: 'FAILED',
      detail: 'PAYMENT_DECLINED',
    },
    { at: at(3), source: 'email', service: 'email', kind: 'mail', what: 'mail sent: order-failed' },
  ],
  now: ['reservation: 2 x BOOK-001 RELEASED'],
  sagas: [{ attempt: 1, workflowId: `order-${ORDER_ID}-1` }],
  missing: [] as object[],
};

let harness: CommandHarness;
async function start(found: object = trace): Promise<void> {
  harness = await CommandHarness.start({
    [`GET /orders/${ORDER_ID}/trace`]: (request, response) =>
      request.headers.authorization === 'Bearer operator'
        ? jsonResponse(200, found)(request, response)
        : jsonResponse(401, { title: 'The operator token is missing or wrong' })(request, response),
  });
}
afterEach(() => harness.stop());

describe('npm run order:trace', () => {
  it('shows the trace that the console puts together in one timeline', async () => {
    await start();
    const { stdout, code } = await harness.run('trace', ORDER_ID.toUpperCase());
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().replaceAll(/ {2,}/g, '  '));
    expect(lines).toEqual([
      `order ${ORDER_ID}, since ${at(0)}`,
      '0 ms  order  PENDING',
      '1.00 s  +1.00 s  saga  started',
      '2.00 s  +1.00 s  payment  charge REFUSED  2500 EUR',
      '3.00 s  +1.00 s  order  FAILED  PAYMENT_DECLINED',
      '3.00 s  +0 ms  email  mail sent: order-failed',
      'now: reservation: 2 x BOOK-001 RELEASED',
    ]);
    expect(code).toBe(0);
  });

  it('names a source that does not answer, and exits with 1', async () => {
    await start({ ...trace, missing: [{ source: 'kafka', reason: 'the broker is away' }] });
    const { stdout, code } = await harness.run('trace', ORDER_ID);
    expect(stdout).toMatch(/MISSING: kafka: the broker is away\n$/);
    expect(code).toBe(1);
  });

  it('prints JSON as the console has it', async () => {
    await start();
    const { stdout, code } = await harness.run('trace', ORDER_ID, '--json');
    expect(JSON.parse(stdout)).toEqual(trace);
    expect(code).toBe(0);
  });

  it('says when the console does not answer', async () => {
    await start();
    const away = { ...allEndpoints(harness.system.url), deadLetters: UNREACHABLE };
    const result = await harness.runAt(away, 'trace', ORDER_ID);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining(`${UNREACHABLE}/orders`) });
  });

  it.each([
    [
      'there is none',
      ['01a21aa3-37ed-7067-8ab6-000000000000'],
      1,
      'there is no order 01a21aa3-37ed-7067-8ab6-000000000000',
    ],
    ['it is no id', ['nope'], 2, "'nope' is no order id"],
    ['it is missing', [], 2, 'an order id is missing'],
  ])('says when %s', async (_, args, code, message) => {
    await start();
    expect(await harness.run('trace', ...args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });
});
