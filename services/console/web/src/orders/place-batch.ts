import { messageOf, orderApi, ProblemError } from '../api/index.js';

export interface OrderRequest {
  customerId: string;
  email: string;
  items: { sku: string; quantity: number }[];
  paymentToken: string;
}

export interface BatchProgress {
  accepted: string[];
  /** How often each problem came. */
  rejected: ReadonlyMap<string, number>;
}

export interface Batch {
  request: OrderRequest;
  count: number;
  /** Orders per second; undefined: as fast as they are accepted. */
  rate: number | undefined;
}

/** Of the browser's six connections to the console: the others are for what is looked at meanwhile. */
const CONCURRENT = 4;
const TOO_BUSY = [429, 503];
const RETRY_AFTER = 1_000;
const RETRIES = 30;

/** Places the orders one by one at the rate, until all are or `stop` aborts. What is too busy is tried again under the same Idempotency-Key. */
export async function placeBatch(
  { request, count, rate }: Batch,
  stop: AbortSignal,
  onProgress: (progress: BatchProgress) => void,
): Promise<void> {
  const accepted: string[] = [];
  const rejected = new Map<string, number>();
  const start = performance.now();
  let next = 0;
  const work = async () => {
    while (next < count && !stop.aborted) {
      const index = next++;
      if (rate) await pause(start + (index * 1_000) / rate - performance.now(), stop);
      if (stop.aborted) return;
      try {
        accepted.push(await place(request, stop));
      } catch (error) {
        const message = messageOf(error);
        rejected.set(message, (rejected.get(message) ?? 0) + 1);
      }
      onProgress({ accepted: [...accepted], rejected: new Map(rejected) });
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT, count) }, work));
}

/** Resolves with the order's id. */
async function place(body: OrderRequest, stop: AbortSignal): Promise<string> {
  const header = { 'Idempotency-Key': crypto.randomUUID() };
  for (let tries = 0; ; tries++) {
    try {
      const { data } = await orderApi.POST('/orders', { body, params: { header } });
      return data!.orderId;
    } catch (error) {
      const isBusy = error instanceof ProblemError && TOO_BUSY.includes(error.problem.status);
      if (!isBusy || tries >= RETRIES || stop.aborted) throw error;
      await pause(RETRY_AFTER, stop);
    }
  }
}

/** Ends early when `stop` aborts. */
function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    stop.addEventListener('abort', end, { once: true });
  });
}
