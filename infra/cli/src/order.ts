import { z } from 'zod';
import { helpOf, parseCommandLine } from './command-line.js';
import { didYouMean } from './did-you-mean.js';
import { duration } from './duration.js';
import { readEndpoints } from './endpoints.js';
import { knock } from './knock.js';
import { manyOrders } from './many-orders.js';
import { oneOrder } from './one-order.js';
import { runCommand } from './run-command.js';

const TOKENS = [
  'tok_ok',
  'tok_declined',
  'tok_slow',
  'tok_rate_limited',
  'tok_flaky',
  'tok_lost_reply',
  'tok_unavailable',
];

const identifier = z.string().regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or any of _ . : -');
const wholeNumber = (most: number) =>
  z.coerce
    .number(`must be a number from 1 to ${most}`)
    .pipe(
      z
        .int(`must be a whole number from 1 to ${most}`)
        .min(1, `must be at least 1`)
        .max(most, `must be at most ${most}`),
    );
const token = z.string().superRefine((text, context) => {
  if (TOKENS.includes(text)) return;
  const meant = didYouMean(text, TOKENS);
  context.addIssue(
    `there is no token '${text}': ${meant ? `did you mean ${meant}?` : `there are ${TOKENS.join(', ')}`}`,
  );
});

const commandLine = {
  command: 'npm run order',
  about: 'Places orders and shows what becomes of them. Exits with 0 when each reached an outcome, FAILED included.',
  options: {
    sku: { value: 'SKU', help: 'what to buy; default BOOK-001', schema: identifier.default('BOOK-001') },
    quantity: { value: 'N', help: 'how many of it; default 1', schema: wholeNumber(10_000).default(1) },
    token: { value: 'TOKEN', help: `how to pay: ${TOKENS.join(', ')}`, schema: token.default('tok_ok') },
    count: { value: 'N', help: 'how many orders, 20 at a time; default 1', schema: wholeNumber(100_000).default(1) },
    customer: {
      value: 'ID',
      help: 'who buys; default cus_1001 (cus_banned is banned)',
      schema: identifier.default('cus_1001'),
    },
    email: {
      value: 'ADDRESS',
      help: 'who gets the mail; default ada@example.com',
      schema: z.email().default('ada@example.com'),
    },
    endpoints: {
      value: 'FILE',
      help: "endpoints.json of the system; default: this checkout's",
      schema: z.string().optional(),
    },
    timeout: { value: 'TIME', help: 'how long an order may take; default 120s', schema: duration.prefault('120s') },
  },
};

await runCommand(commandLine, order, () => 1);

async function order(): Promise<number> {
  const values = parseCommandLine(process.argv.slice(2), commandLine);
  if (!values) {
    console.log(helpOf(commandLine));
    return 0;
  }
  const { sku, quantity, customer, email, count, timeout } = values;
  const { orderApi } = readEndpoints(values.endpoints, ['orderApi']);
  await knock(orderApi);

  const request = { customerId: customer, email, items: [{ sku, quantity }], paymentToken: values.token };
  const print = (line: string) => console.log(line);
  const runs =
    count > 1
      ? await manyOrders(orderApi, request, { count, timeout, print })
      : [await oneOrder(orderApi, request, { timeout, print })];
  return runs.some(({ failure }) => failure) ? 1 : 0;
}
