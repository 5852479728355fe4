/** Mails to customers about their orders, as pure functions. */

export type MailType = 'order-confirmed' | 'order-failed' | 'order-cancelled';

export interface MailRequest {
  orderId: string;
  attempt: number;
  type: MailType;
  to: string;
  items: readonly { sku: string; name: string; quantity: number; unitPrice: number }[];
  /** Minor units. */
  total: { amount: number; currency: string };
  reason?: string | undefined;
}

export interface Mail {
  messageId: string;
  to: string;
  subject: string;
  text: string;
}

const DAY = 24 * 60 * 60 * 1_000;

/** Whether an event is recent enough to be mailed. Older ones are not, so that a replay of history mails nobody. */
export const isRecent = (happenedAt: string, now: number): boolean => now - Date.parse(happenedAt) < DAY;

/** Deterministic, including the Message-ID, so that a repeated mail can be recognized. */
export function mailOf(request: MailRequest): Mail {
  const { orderId, attempt, type, to } = request;
  return {
    messageId: `<${type}.${orderId}.${attempt}@waybill.example>`,
    to,
    subject: `${SUBJECTS[type]} (order ${orderId})`,
    text: [OPENINGS[type], '', ...closing(request), '', 'Waybill'].join('\n'),
  };
}

const SUBJECTS: Record<MailType, string> = {
  'order-confirmed': 'Your order is confirmed',
  'order-failed': 'We could not fulfil your order',
  'order-cancelled': 'Your order was cancelled',
};

const OPENINGS: Record<MailType, string> = {
  'order-confirmed': 'Thank you. Your order is on its way to the carrier:',
  'order-failed': 'We are sorry: your order could not be fulfilled, and you have paid nothing.',
  'order-cancelled': 'Your order was cancelled, as you requested. Your payment is refunded.',
};

const REASONS: Record<string, string> = {
  OUT_OF_STOCK: 'An item is out of stock.',
  PAYMENT_DECLINED: 'The payment was declined.',
  CUSTOMER_BANNED: 'We cannot accept orders from this account.',
  PAYMENT_UNAVAILABLE: 'The payment could not be processed in time.',
  INVENTORY_UNAVAILABLE: 'Our warehouse could not be reached in time.',
  TIMED_OUT: 'It took too long.',
};

function closing({ type, items, total, reason }: MailRequest): string[] {
  if (type === 'order-failed') return [REASONS[reason ?? ''] ?? ''];
  const lines = items.map(({ quantity, name, unitPrice }) => {
    return `${quantity} x ${name}, ${price({ amount: unitPrice, currency: total.currency })} each`;
  });
  return [...lines, `Total: ${price(total)}`];
}

function price({ amount, currency }: { amount: number; currency: string }): string {
  return `${(amount / 100).toFixed(2)} ${currency}`;
}
