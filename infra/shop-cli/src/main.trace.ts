import {
  defineCommand,
  endpointsOption,
  printResult,
  readEndpoints,
  runCommand,
  Unreachable,
  UsageError,
} from '@waybill/cli';
import { validate } from 'uuid';
import { z } from 'zod';
import type { Endpoints } from './endpoints.js';
import { eventsOfOrder } from './trace/events-of-order.js';
import { eventsOnNats } from './trace/events-on-nats.js';
import { sagaSteps } from './trace/saga-steps.js';
import { orderView, serviceViews } from './trace/service-views.js';
import { formatTrace } from './trace/timeline.js';
import { traceOf } from './trace/trace.js';

/** Milliseconds. A refund or a carrier's news may come long after the order's last state. */
const DAY = 86_400_000;

const trace = defineCommand({
  command: 'npm run order:trace -- ORDER_ID',
  about:
    'Shows all that happened to one order, from every service, topic and saga, sorted by time. Exits with 1 when there is no such order, or a source does not answer and its part is missing.',
  options: {
    endpoints: endpointsOption,
    json: { help: 'print the trace as JSON', schema: z.boolean().default(false) },
  },
  async run({ json, ...options }, id) {
    if (!id) throw new UsageError('an order id is missing');
    if (!validate(id))
      throw new UsageError(`'${id}' is no order id: it is a UUID such as 019e3f0a-7c55-7abc-9d3e-2f4b6a8c0d1e`);
    const orderId = id.toLowerCase();
    const endpoints = readEndpoints(options.endpoints, ['orderApi']) as unknown as Endpoints;
    const known = (name: 'kafka' | 'nats' | 'temporalUi') => {
      if (!endpoints[name]) throw new Error('endpoints.json has no address of it');
      return endpoints[name];
    };
    const result = await traceOf(orderId, {
      ...serviceViews(endpoints, orderId),
      [endpoints.events ?? 'kafka']: async () => {
        const until = await lastChange(endpoints.orderApi, orderId);
        if (endpoints.events === 'nats') return eventsOnNats(known('nats'), orderId, until);
        return eventsOfOrder(known('kafka'), orderId, until);
      },
      temporal: async () => sagaSteps(known('temporalUi'), orderId),
    });
    printResult(json, result, formatTrace);
    return result.missing.length ? 1 : 0;
  },
});

await runCommand(trace, process.argv.slice(2));

/** Until when its events are looked for. Without order-api: until now. */
async function lastChange(orderApi: string, orderId: string): Promise<number | undefined> {
  try {
    return Date.parse((await orderView(orderApi, orderId)).updatedAt) + DAY;
  } catch (error) {
    if (error instanceof Unreachable) return undefined; // named already
    throw error;
  }
}
