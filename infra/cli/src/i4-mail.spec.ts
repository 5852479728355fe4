import { oneConfirmationMail } from './i4-mail.js';
import { complaintsAfter, findingsAfter } from './system.fixture.js';
import type { System } from './system.js';

const mail = (orderId: string, messageId: string) => (system: System) =>
  void system.mails.push({ orderId, type: 'order-confirmed', messageId });

describe('I4', () => {
  it('holds when each confirmed order has its confirmation', () => {
    expect(findingsAfter(oneConfirmationMail)).toEqual({
      counted: '2 confirmations for 2 confirmed orders, 0 repeated',
      violations: [],
    });
  });

  it('holds when a mail came twice under one Message-ID', () => {
    expect(findingsAfter(oneConfirmationMail, mail('confirmed', '<confirmed>'))).toEqual({
      counted: '2 confirmations for 2 confirmed orders, 1 repeated',
      violations: [],
    });
  });

  it.each([
    ['a second mail', mail('confirmed', '<another>'), 'order confirmed is CONFIRMED and has 2 confirmation mails'],
    [
      'a missing mail',
      (s: System) => void s.mails.shift(),
      'order confirmed is CONFIRMED and has 0 confirmation mails',
    ],
    ['a confirmed failure', mail('failed', '<x>'), 'order failed is FAILED and has 1 confirmation mails'],
    ['a mail about nothing', mail('nobody', '<x>'), 'a mail confirms order nobody, which does not exist'],
  ])('is broken by %s', (_, change, complaint) => {
    expect(complaintsAfter(oneConfirmationMail, change)).toEqual([complaint]);
  });
});
