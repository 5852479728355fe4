/** What a token makes of a charge. */
export type Decision =
  | { answer: 'charge'; loseReply: boolean }
  | { answer: 'refuse'; code: RefusalCode }
  /** `counted`: the next request with this key may fare better. */
  | { answer: 'turn-away'; status: 429 | 503; counted: boolean };

export type RefusalCode = 'card_declined' | 'invalid_token';

/** How often the tokens that fail at first do so, for each idempotency key. */
const FAILURES = 2;

/** `turnedAway`: how often a charge with this key was turned away before. */
export function decide(token: string, turnedAway: number): Decision {
  switch (token) {
    case 'tok_ok':
    case 'tok_slow':
      return charge;
    case 'tok_lost_reply':
      return { answer: 'charge', loseReply: true };
    case 'tok_declined':
      return { answer: 'refuse', code: 'card_declined' };
    case 'tok_rate_limited':
      return turnedAway < FAILURES ? { answer: 'turn-away', status: 429, counted: true } : charge;
    case 'tok_flaky':
      return turnedAway < FAILURES ? { answer: 'turn-away', status: 503, counted: true } : charge;
    case 'tok_unavailable':
      return { answer: 'turn-away', status: 503, counted: false };
    default:
      return { answer: 'refuse', code: 'invalid_token' };
  }
}

const charge: Decision = { answer: 'charge', loseReply: false };
