import { MockActivityEnvironment } from '@temporalio/testing';
import type { ChargeRequest, ChargeResult, RefundRequest } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import { createLogger, Database, migrateService, seal } from '@waybill/platform';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import type { Config } from '../config.js';
import { PaymentRepository } from '../persistence/payment.repository.js';
import { HttpPaymentProvider } from '../provider/http-payment-provider.js';
import type { PaymentDeps } from '../usecases/payment-deps.js';
import { paymentActivities } from '../workflows/payment.activities.js';
import { Provider } from './provider.fixture.js';

/** The use cases' dependencies on this database and provider. */
export function paymentDeps(databaseUrl: string, providerUrl: string): PaymentDeps {
  return {
    database: new Database({ url: databaseUrl, logger: silent }),
    payments: new PaymentRepository(),
    provider: new HttpPaymentProvider(providerUrl),
    outbox: new MessageOutbox({ source: '/waybill/payment' }),
    paymentTokenKey: PAYMENT_TOKEN_KEY,
  };
}

/** Simulates a crash after the provider answered and before the commit. */
export const crashBeforeCommit = {
  outbox: new MessageOutbox({ source: '/test', outbox: { add: () => Promise.reject(new Error('crashed')) } }),
};

/** Nothing listens there. */
export const UNREACHABLE = '127.0.0.1:1';
export const unreachableProvider = { provider: new HttpPaymentProvider(`http://${UNREACHABLE}`) };

export const silent = createLogger({ service: 'test', level: 'silent' });

export const PAYMENT_TOKEN_KEY = 'the same as order-processor has';

const temporalSilent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The worker's activities, one try at a time, on a real database and with a real provider. */
export class PaymentHarness {
  private constructor(
    readonly server: FreshDatabase,
    readonly provider: Provider,
    readonly deps: PaymentDeps,
  ) {}

  static async start(): Promise<PaymentHarness> {
    const [server, provider] = await Promise.all([freshDatabase(), Provider.start()]);
    await migrateService({ url: server.url, folder: new URL('../../', import.meta.url) });
    return new PaymentHarness(server, provider, paymentDeps(server.url, provider.url));
  }

  async stop(): Promise<void> {
    await this.deps.database.close();
    await Promise.all([this.server.drop(), this.provider.remove()]);
  }

  /** Of the service on this database, whose brokers, Temporal and provider are unavailable. */
  config(changes: Partial<Config> = {}): Config {
    return {
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      DRAIN_DELAY: 0,
      PORT: 0,
      DATABASE_URL: this.server.url,
      EVENTS: 'kafka',
      TASKS: 'rabbitmq',
      SQS_FIFO: false,
      RABBITMQ_URL: `amqp://${UNREACHABLE}`,
      KAFKA_BROKERS: [UNREACHABLE],
      KAFKA_TOPIC_PREFIX: '',
      KAFKA_RETENTION: undefined,
      KAFKA_CLIENT: 'kafkajs',
      TEMPORAL_ADDRESS: UNREACHABLE,
      TEMPORAL_NAMESPACE: 'default',
      PAYMENT_TOKEN_KEY,
      PAYMENT_PROVIDER: 'http',
      PAYMENT_PROVIDER_URL: `http://${UNREACHABLE}`,
      PAYMENT_PROVIDER_RATE: 100,
      RECONCILIATION_INTERVAL: 60_000,
      RECONCILIATION_WINDOW: 60_000,
      RECONCILIATION_MARGIN: 0,
      OPERATOR_TOKEN: 'operator',
      ...changes,
    };
  }

  /** One try, as Temporal makes it, with some dependencies replaced. The token arrives sealed. */
  charge(request: ChargeRequest, changes: Partial<PaymentDeps> = {}): Promise<ChargeResult> {
    const { chargePayment } = paymentActivities({ ...this.deps, ...changes });
    const paymentToken = seal(request.paymentToken, PAYMENT_TOKEN_KEY, request.orderId);
    return new MockActivityEnvironment({}, { logger: temporalSilent }).run(chargePayment, { ...request, paymentToken });
  }

  refund({ orderId, attempt }: RefundRequest, changes: Partial<PaymentDeps> = {}): Promise<void> {
    const { refundPayment } = paymentActivities({ ...this.deps, ...changes });
    return new MockActivityEnvironment({}, { logger: temporalSilent }).run(refundPayment, { orderId, attempt });
  }

  ledger({ orderId }: RefundRequest): Promise<string[]> {
    return this.provider.ledger(orderId);
  }

  /** The events about an order in the outbox, in order. */
  async events({ orderId }: RefundRequest): Promise<{ type: string; body: object }[]> {
    const { rows } = await this.server.pool.query<{ type: string; body: object }>(
      `SELECT headers ->> 'ce_type' AS type, convert_from(body, 'UTF8')::json AS body FROM waybill.outbox
       WHERE destination = 'payments.events' AND key = $1 ORDER BY seq`,
      [orderId],
    );
    return rows;
  }

  async ban(customerId: string): Promise<void> {
    await this.server.pool.query('INSERT INTO banned_customers VALUES ($1)', [customerId]);
  }

  /** The rows about an order, in order, as `charge REFUSED CUSTOMER_BANNED`. */
  async rows({ orderId }: RefundRequest): Promise<string[]> {
    const { rows } = await this.server.pool.query<{ row: string }>(
      `SELECT concat_ws(' ', type, status, reason) AS row FROM payments WHERE order_id = $1 ORDER BY payment_id`,
      [orderId],
    );
    return rows.map(({ row }) => row);
  }

  async eventTypes(request: RefundRequest): Promise<string[]> {
    return (await this.events(request)).map(({ type }) => type);
  }
}

export const aCharge = (changes: Partial<ChargeRequest> = {}): ChargeRequest => ({
  orderId: crypto.randomUUID(),
  attempt: 1,
  customerId: 'cus_1',
  amount: 4_200,
  currency: 'EUR',
  paymentToken: 'tok_ok',
  ...changes,
});
