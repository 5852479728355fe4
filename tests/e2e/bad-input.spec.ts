import { anOrder, endpoints, post } from '../shop.js';

interface Problem {
  type: string;
  title: string;
  status: number;
  errors?: { field: string; message: string }[];
}

const line = (changes: object) => ({ ...anOrder(), items: [{ sku: 'BOOK-001', quantity: 1, ...changes }] });

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await response.json()) as Problem;
  expect(problem).toMatchObject({ type: expect.any(String), title: expect.any(String), status: response.status });
  return problem;
}

describe('an invalid request', () => {
  it.each<[string, unknown, string]>([
    ['no body at all', {}, 'customerId'],
    ['a list', [], ''],
    ['null', null, ''],
    ['no lines', { ...anOrder(), items: [] }, 'items'],
    ['101 lines', { ...anOrder(), items: Array(101).fill(anOrder().items[0]) }, 'items'],
    ['a negative quantity', line({ quantity: -1 }), 'items.0.quantity'],
    ['a quantity of zero', line({ quantity: 0 }), 'items.0.quantity'],
    ['a huge quantity', line({ quantity: 1e15 }), 'items.0.quantity'],
    ['a fractional quantity', line({ quantity: 1.5 }), 'items.0.quantity'],
    ['a quantity in words', line({ quantity: 'two' }), 'items.0.quantity'],
    ['a SKU with a quote', line({ sku: "'; DROP TABLE orders" }), 'items.0.sku'],
    ['an unknown field', { ...anOrder(), price: 1 }, 'price'],
    ['an unknown field in a line', line({ unitPrice: 1 }), 'items.0.unitPrice'],
    ['an invalid mail address', { ...anOrder(), email: 'ada' }, 'email'],
    ['a customer id with a space', { ...anOrder(), customerId: 'a b' }, 'customerId'],
    ['a token of 65 characters', { ...anOrder(), paymentToken: 't'.repeat(65) }, 'paymentToken'],
  ])('with %s is a 400 that names the field', async (_, body, field) => {
    const response = await post(body);
    const { errors } = await problemOf(response);

    expect(response.status).toBe(400);
    expect(errors?.map((error) => error.field)).toContain(field);
  });

  it.each(['{"customerId":', 'not json', '{"__proto__": {"admin": true}}', '\u0000'])(
    'with the body %j is a 400',
    async (body) => {
      const response = await post(body);
      await problemOf(response);
      expect(response.status).toBe(400);
    },
  );

  it('with a body of 1 MB is a 413, also for a client that is still sending it', async () => {
    const large = { ...anOrder(), email: 'a'.repeat(1_000_000) };
    const responses = await Promise.all(Array.from({ length: 20 }, () => post(large)));
    await Promise.all(responses.map(problemOf));
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(413));
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])(
    'of type %s is a 415',
    async (type) => {
      const response = await post('customerId=cus_1001', { 'content-type': type });
      await problemOf(response);
      expect(response.status).toBe(415);
    },
  );

  it('for an unknown SKU is a 422 that names it', async () => {
    const response = await post(line({ sku: 'NO-SUCH-SKU' }));
    expect(await problemOf(response)).toMatchObject({ detail: expect.stringContaining('NO-SUCH-SKU') });
    expect(response.status).toBe(422);
  });

  it.each([
    ['GET', '/nowhere', 404],
    ['GET', '/orders/not-an-id', 404],
    ['GET', '/orders/0190a5c2-0000-7000-8000-000000000000', 404],
    ['GET', '/orders/0190a5c2-0000-7000-8000-000000000000/status', 404],
    ['GET', '/orders/0190a5c2-0000-7000-8000-000000000000/events', 404],
    ['GET', '/orders?limit=0', 400],
    ['GET', '/orders?limit=lots', 400],
    ['GET', '/orders?status=LOST', 400],
    ['GET', '/orders?cursor=%00', 400],
    ['GET', '/orders?colour=red', 400],
    ['GET', '/%E0%A4%A', 400],
    ['DELETE', '/orders', 405],
    ['PUT', '/orders/0190a5c2-0000-7000-8000-000000000000', 405],
  ])('%s %s is a %i', async (method, path, status) => {
    const response = await fetch(endpoints().orderApi + path, { method });
    await problemOf(response);
    expect(response.status).toBe(status);
  });
});
