import type { MessageOutbox } from '@waybill/messaging';
import type { Database } from '@waybill/platform';
import type { PaymentRepository } from '../persistence/payment.repository.js';
import type { PaymentProvider } from '../provider/payment-provider.js';

/** What both entrances need: the orchestrated saga's activities and the choreographed saga's handlers. */
export class PaymentDeps {
  constructor(
    readonly database: Database,
    readonly payments: PaymentRepository,
    readonly provider: PaymentProvider,
    readonly outbox: MessageOutbox,
    /** That of order-processor, which seals payment tokens with it. */
    readonly paymentTokenKey: string,
  ) {}
}
