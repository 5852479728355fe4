import { MockActivityEnvironment } from '@temporalio/testing';
import type { ChargeRequest, ChargeResult, RefundRequest } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import { createLogger, Database, migrateService } from '@waybill/platform';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { PaymentRepository } from '../persistence/payment.repository.js';
import { type PaymentDeps, paymentActivities } from '../workflows/payment.activities.js';
import { PaymentProvider } from '../workflows/payment-provider.js';
import { Provider } from './provider.fixture.js';

export const silent = createLogger({ service: 'test', level: 'silent' });

const temporalSilent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The worker's activities, one try at a time, on a real database and with a real provider. */
export class PaymentHarness {
  private constructor(
    readonly server: FreshDatabase,
    readonly provider: Provider,
    private readonly deps: PaymentDeps,
  ) {}

  static async start(): Promise<PaymentHarness> {
    const [server, provider] = await Promise.all([freshDatabase(), Provider.start()]);
    await migrateService({ url: server.url, folder: new URL('../../', import.meta.url) });
    return new PaymentHarness(server, provider, {
      database: new Database({ url: server.url, logger: silent }),
      payments: new PaymentRepository(),
      provider: new PaymentProvider(provider.url),
      outbox: new MessageOutbox({ source: '/waybill/payment' }),
    });
  }

  async stop(): Promise<void> {
    await this.deps.database.close();
    await Promise.all([this.server.drop(), this.provider.remove()]);
  }

  /** One try, as Temporal makes it, with some dependencies replaced. */
  charge(request: ChargeRequest, changes: Partial<PaymentDeps> = {}): Promise<ChargeResult> {
    const { chargePayment } = paymentActivities({ ...this.deps, ...changes });
    return new MockActivityEnvironment({}, { logger: temporalSilent }).run(chargePayment, request);
  }

  refund({ orderId, attempt }: RefundRequest): Promise<void> {
    const { refundPayment } = paymentActivities(this.deps);
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
