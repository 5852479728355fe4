import {
  defineCommand,
  didYouMean,
  duration,
  endpointsOption,
  probe,
  readEndpoints,
  runCommand,
  wholeNumber,
} from '@waybill/cli';
import { z } from 'zod';
import { placeOrderBatch } from './order/order-batch.js';
import { placeSingleOrder } from './order/single-order.js';

const TOKENS = [
  'tok_ok',
  'tok_declined',
  'tok_slow',
  'tok_rate_limited',
  'tok_flaky',
  'tok_lost_reply',
  'tok_unavailable',
  'tok_refund_flaky',
];

const identifier = z.string().regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or any of _ . : -');
const token = z.string().superRefine((text, context) => {
  if (TOKENS.includes(text)) return;
  const suggestion = didYouMean(text, TOKENS);
  context.addIssue(
    `there is no token '${text}': ${suggestion ? `did you mean ${suggestion}?` : `choose from ${TOKENS.join(', ')}`}`,
  );
});

const order = defineCommand({
  command: 'npm run order',
  about:
    'Places orders and follows each to its outcome. Exits with 0 when every order has an outcome, FAILED included.',
  options: {
    sku: { value: 'SKU', help: 'product; default BOOK-001', schema: identifier.default('BOOK-001') },
    quantity: { value: 'N', help: 'number of units; default 1', schema: wholeNumber(10_000).default(1) },
    token: { value: 'TOKEN', help: `payment token: ${TOKENS.join(', ')}`, schema: token.default('tok_ok') },
    count: {
      value: 'N',
      help: 'number of orders, 20 at a time; default 1',
      schema: wholeNumber(100_000).default(1),
    },
    customer: {
      value: 'ID',
      help: 'customer; default cus_1001 (cus_banned is banned)',
      schema: identifier.default('cus_1001'),
    },
    email: {
      value: 'ADDRESS',
      help: 'recipient of the mails; default ada@example.com',
      schema: z.email().default('ada@example.com'),
    },
    endpoints: endpointsOption,
    timeout: { value: 'TIME', help: 'time limit per order; default 120s', schema: duration.prefault('120s') },
  },
  async run({ sku, quantity, token, count, customer, email, endpoints, timeout }) {
    const { orderApi } = readEndpoints(endpoints, ['orderApi']);
    await probe(orderApi);

    const request = { customerId: customer, email, items: [{ sku, quantity }], paymentToken: token };
    const print = (line: string) => console.log(line);
    const results =
      count > 1
        ? await placeOrderBatch(orderApi, request, { count, timeout, print })
        : [await placeSingleOrder(orderApi, request, { timeout, print })];
    return results.some(({ failure }) => failure) ? 1 : 0;
  },
});

await runCommand(order, process.argv.slice(2));
