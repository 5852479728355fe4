import { z } from 'zod';
import type { QueueDepth } from './arrival-history.js';

export interface ManagementApi {
  /** With user and password, e.g. `http://user:password@host:15672`. */
  url: string;
  /** Default `/`. */
  vhost?: string | undefined;
}

const TIMEOUT = 5_000;

const Queues = z.array(
  z.object({
    name: z.string(),
    /** Missing in a queue's first seconds, and when its broker has just started. */
    messages: z.int().optional(),
    /** An empty list when it has no such column. */
    message_stats: z.union([z.object({ ack: z.int().optional() }), z.tuple([])]).optional(),
  }),
);

/**
 * The queues of a virtual host by RabbitMQ's management API: AMQP says how many messages are ready, but not how many are in
 * flight, which are all of a consumer that hangs. The figures are up to ten seconds old. Rejects while it is unavailable.
 */
export async function queueDepths({ url, vhost = '/' }: ManagementApi): Promise<Map<string, QueueDepth>> {
  const { username, password, href } = new URL(url);
  const columns = 'name,messages,message_stats.ack';
  const address = new URL(`api/queues/${encodeURIComponent(vhost)}?columns=${columns}`, `${withoutUser(href)}/`);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const response = await fetch(address, {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`RabbitMQ's management API responded with ${response.status}`);
  const queues = Queues.parse(await response.json());
  return new Map(
    queues.flatMap(({ name, messages, message_stats: stats }) =>
      messages === undefined
        ? []
        : [[name, { messages, acknowledged: stats && 'ack' in stats ? (stats.ack ?? 0) : 0 }] as const],
    ),
  );
}

function withoutUser(url: string): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare.href.replace(/\/$/, '');
}

/** Where the management API of a broker is by default: its host and user, port 15672, and the virtual host of the URL. */
export function managementApiOf(rabbitmqUrl: string, managementUrl?: string): ManagementApi {
  const { username, password, hostname, pathname } = new URL(rabbitmqUrl);
  const api = new URL(managementUrl ?? `http://${hostname}:15672`);
  api.username ||= username;
  api.password ||= password;
  return { url: api.href, vhost: decodeURIComponent(pathname.slice(1)) || '/' };
}
