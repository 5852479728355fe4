import autocannon from 'autocannon';
import { ORDER } from './order-api.js';

const CONNECTIONS = 20;
const SECONDS = 5;
export const LOAD = `${CONNECTIONS} connections for ${SECONDS} s`;

/** Posts orders as fast as they are accepted, from this process. Resolves with the responses per second; all must be 2xx. */
export async function load(url: string, header: string): Promise<number> {
  let n = 0;
  const run = crypto.randomUUID();
  const {
    '2xx': accepted,
    non2xx,
    errors,
    duration,
  } = await autocannon({
    url: `${url}/orders`,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        method: 'POST',
        body: ORDER,
        setupRequest: (request) => ({
          ...request,
          headers: { 'content-type': 'application/json', [header]: `${run}-${n++}` },
        }),
      },
    ],
  });
  if (non2xx || errors)
    throw new Error(
      `${non2xx} responses were not 2xx and ${errors} requests failed, so the figures would be meaningless`,
    );
  return accepted / duration;
}
