import { z } from 'zod';
import { ArrivalHistory } from './arrival-history.js';
import type { QueueDepth, QueueDepths } from './queue-depths.js';

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
 * flight, which are all of a consumer that hangs. The figures are up to ten seconds old, ages estimated from those before.
 */
export class RabbitQueueDepths implements QueueDepths {
  private histories = new Map<string, ArrivalHistory>();

  constructor(private readonly api: ManagementApi) {}

  async depths(): Promise<Map<string, QueueDepth>> {
    const queues = await queuesAt(this.api);
    const now = performance.now();
    this.histories = new Map(queues.map(({ name }) => [name, this.histories.get(name) ?? new ArrivalHistory()]));
    return new Map(
      queues.flatMap(({ name, messages, message_stats: stats }) => {
        if (messages === undefined) return [];
        const acknowledged = stats && 'ack' in stats ? (stats.ack ?? 0) : 0;
        const age = this.histories.get(name)!.add(now, { messages, acknowledged });
        return [[name, { messages, age }] as const];
      }),
    );
  }

  async close(): Promise<void> {} // nothing is open between two requests
}

async function queuesAt({ url, vhost = '/' }: ManagementApi): Promise<z.output<typeof Queues>> {
  const { username, password, href } = new URL(url);
  const columns = 'name,messages,message_stats.ack';
  const address = new URL(`api/queues/${encodeURIComponent(vhost)}?columns=${columns}`, `${withoutUser(href)}/`);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const response = await fetch(address, {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`RabbitMQ's management API responded with ${response.status}`);
  return Queues.parse(await response.json());
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
