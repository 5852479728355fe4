import { until } from '@waybill/testing';
import { signalPostgres } from './processes.js';
import { endpoints, get } from './running-system.js';

const SERVICES = ['orderApi', 'inventory', 'payment', 'email', 'analytics', 'deadLetters'];

/** Every GET of every service, by its OpenAPI document. */
async function allGets(): Promise<string[]> {
  const paths = SERVICES.map(async (service) => {
    const url = endpoints()[service];
    const document = await get<{ paths: Record<string, object> }>(`${url}/openapi.json`);
    const gets = Object.entries(document.paths).filter(([, operations]) => 'get' in operations);
    return gets.map(([path]) => url + path.replace(/\{\w+\}/g, crypto.randomUUID()));
  });
  return (await Promise.all(paths)).flat();
}

const readiness = () =>
  Promise.all(SERVICES.map(async (service) => (await fetch(`${endpoints()[service]}/health/ready`)).status));

it('a frozen database: every GET of every service is 503 with Retry-After within seconds, and none is ready', async () => {
  const urls = await allGets();
  expect(urls.length).toBeGreaterThan(12);
  const { operatorToken } = endpoints();
  const headers = { authorization: `Bearer ${operatorToken}` };

  signalPostgres('SIGSTOP');
  try {
    const responses = urls.map(async (url) => {
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(15_000) });
      return [url, response.status, Number(response.headers.get('retry-after')) > 0];
    });
    expect(await Promise.all(responses)).toEqual(urls.map((url) => [url, 503, true]));
    expect(await readiness()).toEqual(SERVICES.map(() => 503));
  } finally {
    signalPostgres('SIGCONT');
  }
  await until('all are ready again', async () => (await readiness()).every((status) => status === 200));
});
