import type { Expectations, Invariant } from './invariant.js';
import type { Order } from './snapshot.js';

const OUTCOMES = new Set(['CONFIRMED', 'FAILED', 'CANCELLED']);

export const oneOutcome: Invariant = {
  id: 'I1',
  promise: 'every accepted order reaches one outcome per attempt, and none appears that was not accepted',
  check({ orders }, expectations) {
    const violations = [
      ...listedTwice(orders),
      ...orders.flatMap((order) => problemsWith(order).map((problem) => `order ${order.orderId} ${problem}`)),
      ...comparedWithAccepted(orders, expectations),
    ];
    const accepted = expectations.accepted && new Set(expectations.accepted).size;
    return {
      counted: `${orders.length} orders${accepted === undefined ? '' : `, ${accepted} known to be accepted`}`,
      violations,
      ...(!accepted && { notChecked: 'whether an accepted order is missing: needs --accepted' }),
    };
  },
};

function problemsWith({ status, terminal, history, attempt }: Order): string[] {
  if (!terminal) return [`has no outcome: it is ${status}`];
  const outcomes = history.map((state) => state.status).filter((state) => OUTCOMES.has(state));
  const problems: string[] = [];
  if (outcomes.length !== attempt) {
    problems.push(`has ${outcomes.length} outcomes (${outcomes.join(', ') || 'none'}) in ${attempt} attempt(s)`);
  }
  if (outcomes.slice(0, -1).includes('CONFIRMED')) problems.push('was CONFIRMED and has a later outcome');
  if (history.at(-1)?.status !== status) problems.push(`is ${status}, but its history ends differently`);
  return problems;
}

function listedTwice(orders: readonly Order[]): string[] {
  const seen = new Set<string>();
  const twice = orders.filter(({ orderId }) => seen.has(orderId) || !seen.add(orderId));
  return twice.map(({ orderId }) => `order ${orderId} is listed more than once`);
}

function comparedWithAccepted(orders: readonly Order[], { accepted, onlyAccepted }: Expectations): string[] {
  if (!accepted) return [];
  const found = new Set(orders.map(({ orderId }) => orderId));
  const known = new Set(accepted);
  const missing = [...known]
    .filter((id) => !found.has(id))
    .map((id) => `order ${id} was accepted, but there is no such order`);
  const extra = onlyAccepted ? [...found].filter((id) => !known.has(id)) : [];
  return [...missing, ...extra.map((id) => `order ${id} exists, but was never accepted`)];
}
