import { outcomeOf } from './mailer.js';

const reply = (code: string, responseCode: number, response = `${responseCode} no`) => ({
  code,
  message: `failed: ${response}`,
  response,
  responseCode,
});

describe('what came of a mail', () => {
  it.each([
    ['rejected', 'a 5yz reply to MAIL, RCPT or DATA', reply('EENVELOPE', 550)],
    ['rejected', 'a 5yz reply to the content', reply('EMESSAGE', 554)],
    [
      'rejected',
      'a 5yz reply that talks of connections',
      reply('EENVELOPE', 550, '550 Connection lost, try again later'),
    ],
    ['rejected', 'an address that no server can be given', { code: 'EENVELOPE', message: 'Invalid recipient' }],
    ['deferred', 'a 4yz reply to MAIL, RCPT or DATA', reply('EENVELOPE', 451)],
    ['deferred', 'a 4yz reply that talks of permanence', reply('EMESSAGE', 452, '452 permanently rejected: 550')],
    ['unavailable', '421, whatever it replies to', reply('EENVELOPE', 421)],
    ['unavailable', 'a 5yz greeting', reply('EPROTOCOL', 554)],
    ['unavailable', 'a rejected login', reply('EAUTH', 535)],
    ['unavailable', 'a refused connection', { code: 'ESOCKET', message: 'connect ECONNREFUSED' }],
    ['unavailable', 'a timeout', { code: 'ETIMEDOUT', message: 'Timeout' }],
    ['unavailable', 'an error without a code', { message: '550 is not a function' }],
  ])('is %s after %s', (kind, _, error) => {
    expect(outcomeOf(error).kind).toBe(kind);
  });

  it('keeps the start of the reply, without control characters', () => {
    const outcome = outcomeOf(reply('EENVELOPE', 550, `550 no\u0000such\r\nuser ${'x'.repeat(1_000)}`));
    expect(outcome).toEqual({ kind: 'rejected', reply: expect.stringMatching(/^550 no such user x+$/) });
    expect((outcome as { reply: string }).reply.length).toBeLessThanOrEqual(500);
  });
});
