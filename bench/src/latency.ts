import type { Endpoints } from '@waybill/shop-cli';

const WARM_UPS = 20;
const ORDERS = 50;

const BODY = JSON.stringify({
  customerId: 'cus_bench',
  email: 'bench@example.com',
  items: [{ sku: 'BOOK-001', quantity: 1 }],
  paymentToken: 'tok_ok',
});

interface Sample {
  accepted: number;
  confirmed: number;
}

/** One order at a time on an idle system: the time to 202, and to CONFIRMED as a client sees it. */
export async function latency({ orderApi }: Endpoints): Promise<void> {
  console.log(
    `latency: one order at a time, ${WARM_UPS} warm-ups, then ${ORDERS}; milliseconds since the request was sent`,
  );
  for (let n = 0; n < WARM_UPS; n++) await sample(orderApi);
  const samples: Sample[] = [];
  for (let n = 0; n < ORDERS; n++) samples.push(await sample(orderApi));
  report(
    'POST to 202',
    samples.map(({ accepted }) => accepted),
  );
  report(
    'POST to CONFIRMED',
    samples.map(({ confirmed }) => confirmed),
  );
}

async function sample(orderApi: string): Promise<Sample> {
  const start = performance.now();
  const response = await fetch(`${orderApi}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: BODY,
  });
  const { checkStatusUrl } = (await response.json()) as { checkStatusUrl: string };
  const accepted = performance.now() - start;
  for (;;) {
    const answer = await fetch(`${orderApi}${checkStatusUrl}?wait=10`);
    const { terminal, status } = (await answer.json()) as { terminal: boolean; status: string };
    if (terminal && status === 'FAILED') throw new Error('an order FAILED: the figures would be meaningless');
    if (terminal) return { accepted, confirmed: performance.now() - start };
  }
}

function report(what: string, values: number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(1).padStart(8);
  console.log(`  ${what.padEnd(20)} p50 ${at(0.5)}  p95 ${at(0.95)}  max ${at(1)}`);
}
