import { backingServices } from './endpoints.js';
import { uniqueName } from './unique-name.js';

export interface FreshVhost {
  url: string;
  /** Deletes it with its queues, even with open connections. */
  drop(): Promise<void>;
}

/** A RabbitMQ vhost for one spec file. The caller drops it in `afterAll`. */
export async function freshVhost(): Promise<FreshVhost> {
  const server = new URL(backingServices().rabbitmq);
  const vhost = uniqueName('test');
  await manage('PUT', `vhosts/${vhost}`);
  await manage('PUT', `permissions/${vhost}/${server.username}`, { configure: '.*', write: '.*', read: '.*' });

  server.pathname = `/${vhost}`;
  return { url: server.href, drop: () => manage('DELETE', `vhosts/${vhost}`) };
}

/** RabbitMQ's management API, as the user of its AMQP address. */
async function manage(method: string, path: string, body?: object): Promise<void> {
  const { rabbitmq, rabbitmqUi } = backingServices();
  const { username, password } = new URL(rabbitmq);
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const response = await fetch(new URL(`/api/${path}`, rabbitmqUi), {
    method,
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`RabbitMQ: ${response.status} for ${method} ${path}`);
}
