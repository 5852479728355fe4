import { isRecent, type MailRequest, mailOf } from './mail.js';

const request: MailRequest = {
  orderId: '0190a5c2-0000-7000-8000-000000000000',
  attempt: 1,
  type: 'order-confirmed',
  to: 'ada@example.com',
  items: [{ sku: 'BOOK-001', name: 'Middlemarch', quantity: 2, unitPrice: 1_499 }],
  total: { amount: 2_998, currency: 'EUR' },
};

describe('a mail', () => {
  it('has the same Message-ID each time it is rendered, and another one for another attempt', () => {
    expect(mailOf(request).messageId).toBe(mailOf({ ...request }).messageId);
    expect(mailOf({ ...request, attempt: 2 }).messageId).not.toBe(mailOf(request).messageId);
  });

  it('lists the items and the total', () => {
    expect(mailOf(request).text).toContain('2 x Middlemarch, 14.99 EUR each\nTotal: 29.98 EUR');
  });

  it('explains why an order failed', () => {
    expect(mailOf({ ...request, type: 'order-failed', reason: 'PAYMENT_DECLINED' }).text).toContain('was declined');
  });
});

describe('isRecent', () => {
  const now = Date.parse('2026-01-02T12:00:00Z');

  it('is true for a day, so that a replay of history mails nobody', () => {
    expect(isRecent('2026-01-01T12:00:01Z', now)).toBe(true);
    expect(isRecent('2026-01-01T12:00:00Z', now)).toBe(false);
  });
});
