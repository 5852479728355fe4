import { findingsAfter, violationsAfter } from './healthy-system.fixture.js';
import { oneConfirmationMail } from './i4-mail.js';
import type { Snapshot } from './snapshot.js';

const mail = (orderId: string, messageId: string) => (snapshot: Snapshot) =>
  void snapshot.mails.push({ orderId, type: 'order-confirmed', messageId });

describe('I4, one confirmation mail', () => {
  it('holds when each confirmed order has its confirmation', () => {
    expect(findingsAfter(oneConfirmationMail)).toEqual({
      counted: '2 confirmations for 2 confirmed orders, 0 duplicates',
      violations: [],
    });
  });

  it('holds when a mail was sent twice with the same Message-ID', () => {
    expect(findingsAfter(oneConfirmationMail, mail('confirmed', '<confirmed>'))).toEqual({
      counted: '2 confirmations for 2 confirmed orders, 1 duplicates',
      violations: [],
    });
  });

  it.each([
    ['a second mail', mail('confirmed', '<another>'), 'order confirmed is CONFIRMED and has 2 confirmation mails'],
    [
      'a missing mail',
      (s: Snapshot) => void s.mails.shift(),
      'order confirmed is CONFIRMED and has 0 confirmation mails',
    ],
    ['a confirmation of a failed order', mail('failed', '<x>'), 'order failed is FAILED and has 1 confirmation mails'],
    ['a mail about an unknown order', mail('nobody', '<x>'), 'a mail confirms order nobody, which does not exist'],
  ])('is broken by %s', (_, change, violation) => {
    expect(violationsAfter(oneConfirmationMail, change)).toEqual([violation]);
  });
});
