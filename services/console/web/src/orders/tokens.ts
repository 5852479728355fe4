/** Payment tokens of the payment provider that stands in for a third party, and what each does. */
export const TOKENS: readonly { value: string; label: string }[] = [
  { value: 'tok_ok', label: 'tok_ok: is charged' },
  { value: 'tok_declined', label: 'tok_declined: the card is declined, the order fails' },
  { value: 'tok_slow', label: 'tok_slow: the charge takes 3 s' },
  { value: 'tok_flaky', label: 'tok_flaky: 503 twice, then charged' },
  { value: 'tok_rate_limited', label: 'tok_rate_limited: 429 twice, then charged' },
  { value: 'tok_lost_reply', label: 'tok_lost_reply: charged, but the reply is lost; must not be charged twice' },
  { value: 'tok_refund_flaky', label: 'tok_refund_flaky: charged; its refund fails ten times' },
  { value: 'tok_unavailable', label: 'tok_unavailable: always 503; fails after its deadline' },
];
