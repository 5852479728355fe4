import createClient, { type Middleware } from 'openapi-fetch';
import { operatorName } from './operator-name.js';
import { ProblemError, problemFrom } from './problem.js';
import type { paths as AnalyticsPaths } from './types/analytics.js';
import type { paths as ConsolePaths } from './types/console.js';
import type { paths as EmailPaths } from './types/email.js';
import type { paths as InventoryPaths } from './types/inventory.js';
import type { paths as OrderPaths } from './types/order.js';
import type { paths as PaymentPaths } from './types/payment.js';

/** Every response that is no success is thrown as what it says; a browser without a connection says so in the same form. */
const problems: Middleware = {
  onRequest({ request }) {
    const name = operatorName();
    if (name) request.headers.set('x-operator', name);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ProblemError(await problemFrom(response));
    return response;
  },
  onError: () =>
    new ProblemError({
      title: 'The console does not respond',
      status: 0,
      detail: 'npm run status says what is running',
    }),
};

function clientOf<Paths extends object>(baseUrl: string) {
  const client = createClient<Paths>({ baseUrl });
  client.use(problems);
  return client;
}

/** The console's own API. */
export const consoleApi = clientOf<ConsolePaths>('/');
/** APIs of the other processes, which the console forwards to. */
export const orderApi = clientOf<OrderPaths>('/api/order-api');
export const inventoryApi = clientOf<InventoryPaths>('/api/inventory');
export const paymentApi = clientOf<PaymentPaths>('/api/payment');
export const emailApi = clientOf<EmailPaths>('/api/email');
export const analyticsApi = clientOf<AnalyticsPaths>('/api/analytics');

/** The body of a successful response. */
export const dataOf = async <T>(response: Promise<{ data?: T }>): Promise<T> => (await response).data as T;
