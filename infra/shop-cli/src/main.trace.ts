import {
  defineCommand,
  endpointsOption,
  jsonBody,
  printResult,
  readEndpoints,
  request,
  runCommand,
  UsageError,
} from '@waybill/cli';
import { validate } from 'uuid';
import { z } from 'zod';
import type { Endpoints } from './endpoints.js';
import { formatTrace, type Trace } from './trace/timeline.js';

const trace = defineCommand({
  command: 'npm run order:trace -- ORDER_ID',
  about:
    'Shows all that happened to one order, from every service, topic and saga, sorted by time, as the console puts it together. Exits with 1 when there is no such order, or a source does not answer and its part is missing.',
  options: {
    endpoints: endpointsOption,
    json: { help: 'print the trace as JSON', schema: z.boolean().default(false) },
  },
  async run({ json, ...options }, id) {
    if (!id) throw new UsageError('an order id is missing');
    if (!validate(id))
      throw new UsageError(`'${id}' is no order id: it is a UUID such as 019e3f0a-7c55-7abc-9d3e-2f4b6a8c0d1e`);
    const endpoints = readEndpoints(options.endpoints, ['deadLetters', 'operatorToken']) as unknown as Endpoints;
    const result = await traceOf(endpoints, id.toLowerCase());
    printResult(json, result, formatTrace);
    return result.missing.length ? 1 : 0;
  },
});

await runCommand(trace, process.argv.slice(2));

async function traceOf({ deadLetters: console, operatorToken }: Endpoints, orderId: string): Promise<Trace> {
  const headers = { authorization: `Bearer ${operatorToken}` };
  const response = await request(`${console}/orders/${orderId}/trace`, { headers });
  if (response.status === 404) throw new Error(`there is no order ${orderId}`);
  return jsonBody(response);
}
