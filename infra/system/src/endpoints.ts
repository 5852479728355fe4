import { DEFAULT_PORTS, publishedPorts } from './derived.js';

/** infra/docker/endpoints.json: the system in containers as the CLI finds it, on default ports and with `.env`'s token. */
export function composeEndpoints(): string {
  const urls = Object.entries(publishedPorts()).map(([key, port]) => [key, `http://127.0.0.1:${DEFAULT_PORTS[port]}`]);
  return `${JSON.stringify({ ...Object.fromEntries(urls), operatorToken: 'waybill-operator' }, null, 2)}\n`;
}
