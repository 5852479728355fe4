import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  fingerprintOf,
  type HttpResponse,
  KeyInFlight,
  KeyReusedWithAnotherPayload,
  PostgresIdempotencyKeys,
  parseIdempotencyKey,
} from '@waybill/idempotency';
import { MessageOutbox } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';
import { Database, Problem, validate } from '@waybill/platform';
import type { FastifyReply } from 'fastify';
import type { Order } from '../domain/order.js';
import { CatalogueRepository } from '../persistence/catalogue.repository.js';
import { OrderQueries } from '../persistence/order.queries.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { placeOrder } from '../usecases/place-order.js';
import { Admission } from './admission.js';
import { isOrderId, OrderListQuery, OrderRequest } from './order.requests.js';
import { orderView } from './order.views.js';

@Controller('orders')
export class OrdersController {
  constructor(
    private readonly database: Database,
    private readonly keys: PostgresIdempotencyKeys,
    private readonly orders: OrderRepository,
    private readonly catalogue: CatalogueRepository,
    private readonly outbox: MessageOutbox,
    private readonly queries: OrderQueries,
    private readonly admission: Admission,
  ) {}

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
    const request = validate(OrderRequest, body);
    this.admission.check();

    const { orders, catalogue, outbox } = this;
    const work = async (tx: Tx) => responseTo(await placeOrder({ orders, catalogue, outbox }, tx, request));
    const scope = `POST /orders ${authorization ?? 'anonymous'}`;
    const fingerprint = fingerprintOf({ method: 'POST', path: '/orders', body });
    const answer = await this.keys.once(this.database, { key, scope, fingerprint }, work).catch(throwKeyProblem);
    if (answer.replayed) void reply.header('idempotency-replayed', 'true');
    void reply.status(answer.status).headers(answer.headers).send(Buffer.from(answer.body));
  }

  @Get()
  async list(@Query() query: unknown) {
    const page = await this.queries.list(validate(OrderListQuery, query));
    return { ...page, items: page.items.map(orderView) };
  }

  @Get(':orderId')
  async show(@Param('orderId') orderId: string) {
    const order = isOrderId(orderId) && (await this.queries.find(orderId));
    if (!order) throw new Problem('not-found', { detail: `there is no order ${orderId}` });
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

function responseTo(placed: Order | { unknownSkus: string[] }): HttpResponse {
  if ('unknownSkus' in placed) return unknownSku(placed.unknownSkus);
  const { orderId, status } = placed;
  return {
    status: 202,
    headers: { 'content-type': 'application/json; charset=utf-8', location: `/orders/${orderId}` },
    body: Buffer.from(JSON.stringify({ orderId, status, checkStatusUrl: `/orders/${orderId}/status` })),
  };
}

const unknownSkuType = { name: 'unknown-sku', status: 422, title: 'The catalogue has no such SKU' };

/** Stored under the key like a success: a retry gets the same rejection. */
function unknownSku(skus: string[]): HttpResponse {
  const problem = new Problem(unknownSkuType, { detail: `unknown: ${skus.join(', ')}` });
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
    body: Buffer.from(JSON.stringify(problem.toJSON('/orders'))),
  };
}
