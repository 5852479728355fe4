import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  callerOf,
  fingerprintOf,
  type HttpResponse,
  KeyInFlight,
  KeyReusedWithAnotherPayload,
  PostgresIdempotencyKeys,
  parseIdempotencyKey,
} from '@waybill/idempotency';
import { MessageOutbox } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';
import { activeTraceId, Database, Problem, parseId, validate } from '@waybill/platform';
import type { FastifyReply } from 'fastify';
import type { Order } from '../domain/order.js';
import type { PricingRejection } from '../domain/pricing.js';
import { CatalogueRepository } from '../persistence/catalogue.repository.js';
import { OrderQueries } from '../persistence/order.queries.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { cancelOrder } from '../usecases/cancel-order.js';
import { placeOrder } from '../usecases/place-order.js';
import { Admission } from './admission.js';
import { CallbackUrls } from './callback-url.js';
import { OrderListQuery, orderRequest } from './order.requests.js';
import { acceptedView, listedView, orderView } from './order.views.js';

/** The setting ORDER_LIST. */
export class OrderListAccess {
  constructor(readonly isOpen: boolean) {}
}

@Controller('orders')
export class OrdersController {
  private readonly requests: ReturnType<typeof orderRequest>;

  constructor(
    private readonly database: Database,
    private readonly keys: PostgresIdempotencyKeys,
    private readonly orders: OrderRepository,
    private readonly catalogue: CatalogueRepository,
    private readonly outbox: MessageOutbox,
    private readonly queries: OrderQueries,
    private readonly admission: Admission,
    private readonly listAccess: OrderListAccess,
    callbackUrls: CallbackUrls,
  ) {
    this.requests = orderRequest(callbackUrls.targets);
  }

  /** 202: from now on nothing of the order is lost, and `checkStatusUrl` shows its progress. */
  @Post()
  @HttpCode(202)
  async place(
    @Headers('idempotency-key') keyHeader: string | undefined,
    @Headers('authorization') authorization: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const key = idempotencyKeyOf(keyHeader);
    const request = validate(this.requests, body);
    if (!key) this.admission.check();

    const { orders, catalogue, outbox } = this;
    const work = async (tx: Tx) => {
      if (key) this.admission.check(); // only now: a key that has its response is answered under overload too
      return responseTo(await placeOrder({ orders, catalogue, outbox }, tx, request));
    };
    const scope = `POST /orders ${callerOf(authorization)}`;
    const fingerprint = fingerprintOf({ method: 'POST', path: '/orders', body });
    const answer = await this.keys.once(this.database, { key, scope, fingerprint }, work).catch(throwKeyProblem);
    if (answer.replayed) void reply.header('idempotency-replayed', 'true');
    void reply.status(answer.status).headers(answer.headers).send(Buffer.from(answer.body));
  }

  /** 202: it will be CANCELLED, whatever its saga is doing now. 409: it has another outcome already. */
  @Post(':orderId/cancel')
  @HttpCode(202)
  async cancel(@Param('orderId') segment: string) {
    const orderId = parseId(segment);
    const { orders, outbox } = this;
    const decided = orderId && (await this.database.transaction((tx) => cancelOrder({ orders, outbox }, tx, orderId)));
    if (!decided) throw new Problem('not-found', { detail: `there is no order ${segment}` });
    const { order, outcome } = decided;
    if (outcome !== 'CANCELLED') throw new Problem(TOO_LATE, { detail: `the order is ${outcome}` });
    return acceptedView(order);
  }

  @Get()
  async list(@Query() query: unknown) {
    if (!this.listAccess.isOpen) throw new Problem('forbidden', { detail: 'the list of all orders is closed' });
    const page = await this.queries.list(validate(OrderListQuery, query));
    return { ...page, items: page.items.map(listedView) };
  }

  @Get(':orderId')
  async show(@Param('orderId') segment: string) {
    const orderId = parseId(segment);
    const order = orderId && (await this.queries.find(orderId));
    if (!order) throw new Problem('not-found', { detail: `there is no order ${segment}` });
    return orderView(order);
  }
}

function idempotencyKeyOf(header: string | undefined): string | undefined {
  try {
    return parseIdempotencyKey(header);
  } catch (error) {
    throw new Problem('invalid-request', { errors: [{ field: 'Idempotency-Key', message: (error as Error).message }] });
  }
}

function throwKeyProblem(error: unknown): never {
  if (error instanceof KeyReusedWithAnotherPayload) throw new Problem('key-reused');
  if (error instanceof KeyInFlight) throw new Problem('key-in-flight', { retryAfterSeconds: error.retryAfterSeconds });
  throw error;
}

function responseTo(placed: Order | PricingRejection): HttpResponse {
  if ('rejected' in placed) return rejection(placed);
  return {
    status: 202,
    headers: { 'content-type': 'application/json; charset=utf-8', location: `/orders/${placed.orderId}` },
    body: Buffer.from(JSON.stringify(acceptedView(placed))),
  };
}

const TOO_LATE = { name: 'too-late', status: 409, title: 'It is too late to cancel the order' };

const TITLES: Record<PricingRejection['rejected'], string> = {
  'unknown-sku': 'The catalogue has no such SKU',
  'mixed-currencies': 'The prices of the lines are in different currencies',
  'not-chargeable': 'The total is not an amount that can be charged',
};

/** Stored under the key like a success: a retry gets the same rejection. */
function rejection({ rejected: name, detail }: PricingRejection): HttpResponse {
  const problem = new Problem({ name, status: 422, title: TITLES[name] }, { detail });
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
    body: Buffer.from(JSON.stringify(problem.toJSON({ instance: '/orders', traceId: activeTraceId() }))),
  };
}
