import { DEFAULT_PORTS, publishedPorts } from './derived.js';

/** infra/docker/endpoints.json: the system in containers as the CLI finds it, on default ports and with `.env`'s secrets. */
export function composeEndpoints(): string {
  const urls = Object.entries(publishedPorts()).map(([key, port]) => [key, `http://127.0.0.1:${DEFAULT_PORTS[port]}`]);
  const secrets = {
    operatorToken: 'waybill-operator',
    webhookSecret: 'whsec_d2F5YmlsbC13ZWJob29rcy1vZi1hLWxhcHRvcA==',
  };
  return `${JSON.stringify({ ...Object.fromEntries(urls), ...secrets }, null, 2)}\n`;
}
