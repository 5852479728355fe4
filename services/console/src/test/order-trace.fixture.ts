import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inventoryEvents, ordersEvents, paymentsEvents } from '@waybill/contracts';
import { createKafka, KafkaTopology, newMessageId } from '@waybill/messaging';
import { createLogger } from '@waybill/platform';
import { emptyList, FakeHttpServer, jsonResponse, type Route } from '@waybill/testing';
import type { Config } from '../config.js';
import { type Console, startConsole } from './console.fixture.js';

export const at = (seconds: number) => `2026-11-27T01:33:${54 + seconds}.000Z`;
export const MAIL_ADDRESS = 'ada@example.com';
const UNREACHABLE = 'http://127.0.0.1:1';
const PROCESSES = ['order-api', 'inventory', 'payment', 'payment-provider', 'email'];

const list = (...items: object[]) => jsonResponse(200, { items, nextCursor: null });
const temporalEvent = (eventId: string, type: string, seconds: number, attributes: object = {}) => ({
  eventId,
  eventTime: at(seconds),
  eventType: `EVENT_TYPE_${type}`,
  someEventAttributes: attributes,
});

/** One order of fake services that a test moves on. */
export class FakeOrder {
  readonly orderId = newMessageId();
  /** Connections that follow the order at order-api. */
  readonly followers = new Set<ServerResponse>();
  private readonly history: { status: string; at: string; reason?: string }[] = [];

  constructor() {
    this.history.push({ status: 'PENDING', at: at(0) });
  }

  move(status: string, reason?: string): void {
    this.history.push({ status, at: at(this.history.length), ...(reason && { reason }) });
    for (const follower of this.followers) this.tell(follower);
  }

  routes(): Record<string, Route> {
    const { orderId } = this;
    const saga = [
      temporalEvent('1', 'WORKFLOW_EXECUTION_STARTED', 1),
      temporalEvent('2', 'ACTIVITY_TASK_SCHEDULED', 1, {
        activityType: { name: 'chargePayment' },
        taskQueue: { name: 'payments' },
      }),
      temporalEvent('3', 'ACTIVITY_TASK_STARTED', 2, {
        scheduledEventId: '2',
        attempt: 3,
        lastFailure: { message: 'the payment provider responded with 503' },
      }),
      temporalEvent('4', 'ACTIVITY_TASK_COMPLETED', 3, { scheduledEventId: '2' }),
    ];
    return {
      [`GET /orders/${orderId}`]: (...exchange) => jsonResponse(200, this.view())(...exchange),
      [`GET /orders/${orderId}/events`]: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        this.followers.add(response);
        response.once('close', () => this.followers.delete(response));
        this.tell(response);
      },
      'GET /reservations': list({ sku: 'BOOK-001', quantity: 2, status: 'RELEASED' }),
      'GET /shipments': list({ shipmentId: 'ship-1', status: 'DISPATCHED', createdAt: at(2), dispatchedAt: at(4) }),
      'GET /payments': list({ type: 'charge', status: 'SUCCEEDED', amount: 2_500, currency: 'EUR', at: at(2) }),
      'GET /ledger': emptyList,
      'GET /emails': list({ type: 'order-confirmed', to: MAIL_ADDRESS, sentAt: at(3) }),
      [`GET /api/v1/namespaces/default/workflows/order-${orderId}-1/history`]: jsonResponse(200, {
        history: { events: saga },
      }),
    };
  }

  private view() {
    const { orderId, history } = this;
    const { status, at: updatedAt } = history.at(-1)!;
    const items = [{ sku: 'BOOK-001', quantity: 2 }];
    const total = { amount: 2_500, currency: 'EUR' };
    return { orderId, status, attempt: 1, email: MAIL_ADDRESS, items, total, updatedAt, history };
  }

  private tell(follower: ServerResponse): void {
    const { length } = this.history;
    follower.write(`id: ${length}\nevent: status\ndata: ${JSON.stringify(this.history.at(-1))}\n\n`);
  }
}

/** A console that reads fake services and real Kafka. */
export class TracingConsole {
  private constructor(
    readonly order: FakeOrder,
    readonly services: FakeHttpServer,
    readonly console: Console,
    readonly url: string,
  ) {}

  /** `away`: processes that cannot be reached, or `temporal`. */
  static async start({ away = [], ...config }: { away?: string[] } & Partial<Config> = {}): Promise<TracingConsole> {
    const order = new FakeOrder();
    const services = await FakeHttpServer.start(order.routes());
    const urlOf = (process: string) => (away.includes(process) ? UNREACHABLE : services.url);
    const console = await startConsole({
      config: {
        PROCESS_URLS: new Map(PROCESSES.map((process) => [process, urlOf(process)])),
        TEMPORAL_HTTP_URL: urlOf('temporal'),
        ...config,
      },
    });
    await declareTopics(console);
    await console.app.listen(0, '127.0.0.1');
    const { port } = console.app.getHttpServer().address() as AddressInfo;
    return new TracingConsole(order, services, console, `http://127.0.0.1:${port}`);
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { authorization: 'Bearer let-me-in' }, ...init });
  }

  async stop(): Promise<void> {
    await this.console.stop();
    await this.services.stop();
  }
}

async function declareTopics({ settings }: Console): Promise<void> {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix } = settings;
  const kafka = createKafka({ brokers, clientId: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
  const topology = new KafkaTopology({ kafka, prefix, topics: [ordersEvents, inventoryEvents, paymentsEvents] });
  await topology.declare();
  await topology.close();
}
