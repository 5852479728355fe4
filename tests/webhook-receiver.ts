import { text } from 'node:stream/consumers';
import { FakeHttpServer, until } from '@waybill/testing';
import { Webhook } from 'standardwebhooks';
import { endpoints } from './shop.js';

export interface ReceivedWebhook {
  id: string;
  type: string;
  data: { orderId: string; status: string; reason?: string };
}

/** Somebody's server that gets webhooks and verifies each as Standard Webhooks says. */
export class WebhookReceiver {
  /** All webhooks, in the order in which they came; also those that it answered with a failure. */
  readonly received: ReceivedWebhook[] = [];
  /** The status for a webhook, by how often its id has come before. 0: no answer at all. */
  answer: (webhook: ReceivedWebhook, before: number) => number = () => 204;
  private server!: FakeHttpServer;

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.server = await FakeHttpServer.start({
      'POST /hook': async (request, response) => {
        const body = await text(request);
        const headers = request.headers as Record<string, string>;
        const [secret = ''] = endpoints().webhookSecret.split(' ');
        const event = new Webhook(secret).verify(body, headers) as Omit<ReceivedWebhook, 'id'>;
        const webhook = { id: headers['webhook-id']!, ...event };
        const before = receiver.received.filter(({ id }) => id === webhook.id).length;
        receiver.received.push(webhook);
        const status = receiver.answer(webhook, before);
        if (status) response.writeHead(status).end();
      },
    });
    return receiver;
  }

  get url(): string {
    return `${this.server.url}/hook?secret=sesame`;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  about(orderId: string): ReceivedWebhook[] {
    return this.received.filter(({ data }) => data.orderId === orderId);
  }

  /** The webhooks about an order, once so many came. */
  untilAbout(orderId: string, count: number): Promise<ReceivedWebhook[]> {
    return until(`${count} webhooks about order ${orderId} came`, () => {
      const webhooks = this.about(orderId);
      return webhooks.length >= count && webhooks;
    });
  }
}
