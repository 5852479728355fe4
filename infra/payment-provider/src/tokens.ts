/** The effect of a token on a charge. */
export type Decision =
  /** `failRefunds`: how often its refund fails before it works; then the reply to the charge is slow, too. */
  | { answer: 'charge'; loseReply: boolean; failRefunds?: number }
  | { answer: 'refuse'; code: RefusalCode }
  /** `counted`: a later request with this key may succeed. */
  | { answer: 'fail'; status: 429 | 503; counted: boolean };

export type RefusalCode = 'card_declined' | 'invalid_token';

/** How often the tokens that fail at first do so, per idempotency key. */
const FAILURES = 2;

const REFUND_FAILURES = 10;

/** `failures`: how often a charge with this key has failed before. */
export function decide(token: string, failures: number): Decision {
  switch (token) {
    case 'tok_ok':
    case 'tok_slow':
      return charge;
    case 'tok_lost_reply':
      return { answer: 'charge', loseReply: true };
    case 'tok_refund_flaky':
      return { ...charge, failRefunds: REFUND_FAILURES };
    case 'tok_declined':
      return { answer: 'refuse', code: 'card_declined' };
    case 'tok_rate_limited':
      return failures < FAILURES ? { answer: 'fail', status: 429, counted: true } : charge;
    case 'tok_flaky':
      return failures < FAILURES ? { answer: 'fail', status: 503, counted: true } : charge;
    case 'tok_unavailable':
      return { answer: 'fail', status: 503, counted: false };
    default:
      return { answer: 'refuse', code: 'invalid_token' };
  }
}

const charge: Extract<Decision, { answer: 'charge' }> = { answer: 'charge', loseReply: false };
