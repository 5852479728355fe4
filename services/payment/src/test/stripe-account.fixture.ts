export interface StripeAnswer {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_received: number;
  currency: string;
  status: 'requires_payment_method' | 'succeeded' | 'canceled';
  cancellation_reason: string | null;
  created: number;
  metadata: Record<string, string>;
}

interface Refund {
  id: string;
  object: 'refund';
  payment_intent: string;
  amount: number;
  currency: string;
  status: 'succeeded';
  created: number;
}

/** The intents and refunds of a Stripe account, and what its API answers about them. */
export class StripeAccount {
  readonly intents: Intent[] = [];
  readonly refunds: Refund[] = [];

  handle(method: string, { pathname, searchParams }: URL, body: URLSearchParams): StripeAnswer {
    const [, , resource, id, action] = pathname.split('/');
    if (resource === 'refunds') return method === 'POST' ? this.refund(body) : this.listRefunds(searchParams);
    if (id === 'search') return this.search(searchParams.get('query')!);
    if (!id) return method === 'POST' ? this.create(body) : page(this.intents, searchParams);
    const intent = this.intents.find((each) => each.id === id);
    if (!intent) return failed(404, 'invalid_request_error', 'resource_missing');
    if (action === 'confirm') return this.confirm(intent, body);
    return action === 'cancel' ? this.cancel(intent, body) : { status: 200, body: intent };
  }

  private create(body: URLSearchParams): StripeAnswer {
    const intent: Intent = {
      id: `pi_${this.intents.length + 1}`,
      object: 'payment_intent',
      amount: Number(body.get('amount')),
      amount_received: 0,
      currency: body.get('currency')!,
      status: 'requires_payment_method',
      cancellation_reason: null,
      created: now(),
      metadata: { chargeKey: body.get('metadata[chargeKey]')!, orderId: body.get('metadata[orderId]')! },
    };
    this.intents.push(intent);
    return { status: 200, body: { ...intent } }; // as it was then: a replay shows it so
  }

  /** Confirmed without `off_session`, a declined intent waits for another payment method: it could still succeed. */
  private confirm(intent: Intent, body: URLSearchParams): StripeAnswer {
    if (intent.status !== 'requires_payment_method') return unexpectedState(intent);
    const card = body.get('payment_method') ?? body.get('payment_method_data[card][token]') ?? '';
    if (card.toLowerCase().includes('declined'))
      return failed(402, 'card_error', 'card_declined', { payment_intent: intent });
    Object.assign(intent, { status: 'succeeded', amount_received: intent.amount });
    return { status: 200, body: intent };
  }

  private cancel(intent: Intent, body: URLSearchParams): StripeAnswer {
    if (intent.status !== 'requires_payment_method') return unexpectedState(intent);
    Object.assign(intent, { status: 'canceled', cancellation_reason: body.get('cancellation_reason') });
    return { status: 200, body: intent };
  }

  private refund(body: URLSearchParams): StripeAnswer {
    const intent = this.intents.find(({ id }) => id === body.get('payment_intent'));
    if (!intent) return failed(404, 'invalid_request_error', 'resource_missing');
    if (this.refunds.some(({ payment_intent }) => payment_intent === intent.id)) {
      return failed(400, 'invalid_request_error', 'charge_already_refunded');
    }
    const refund: Refund = {
      id: `re_${this.refunds.length + 1}`,
      object: 'refund',
      payment_intent: intent.id,
      amount: intent.amount,
      currency: intent.currency,
      status: 'succeeded',
      created: now(),
    };
    this.refunds.push(refund);
    return { status: 200, body: refund };
  }

  private listRefunds(query: URLSearchParams): StripeAnswer {
    const intent = query.get('payment_intent');
    const refunds = this.refunds.filter(({ payment_intent }) => !intent || payment_intent === intent);
    const isExpanded = query.has('expand[0]');
    const expanded = refunds.map((refund) => ({
      ...refund,
      ...(isExpanded && { payment_intent: this.intents.find(({ id }) => id === refund.payment_intent) }),
    }));
    return page(expanded, query);
  }

  private search(query: string): StripeAnswer {
    const [, field, value] = /^metadata\['(\w+)'\]:'(.*)'$/.exec(query)!;
    const data = this.intents.filter(({ metadata }) => metadata[field!] === value);
    return { status: 200, body: { object: 'search_result', data, has_more: false } };
  }
}

/** The newest first. */
function page(items: readonly { id: string; created: number }[], query: URLSearchParams): StripeAnswer {
  const since = Number(query.get('created[gte]') ?? 0);
  const all = items.filter(({ created }) => created >= since).toReversed();
  const after = all.findIndex(({ id }) => id === query.get('starting_after')) + 1;
  const limit = Number(query.get('limit') ?? 10);
  const data = all.slice(after, after + limit);
  return { status: 200, body: { object: 'list', data, has_more: after + limit < all.length } };
}

const now = () => Math.floor(Date.now() / 1_000);

const failed = (status: number, type: string, code: string, more: object = {}): StripeAnswer => ({
  status,
  body: { error: { type, code, message: code, ...more } },
});

const unexpectedState = (intent: Intent) =>
  failed(400, 'invalid_request_error', 'payment_intent_unexpected_state', { payment_intent: intent });
