import { Controller, Get, Query } from '@nestjs/common';
import { pageQuery, uuid, validate } from '@waybill/platform';
import { z } from 'zod';
import { PaymentQueries } from '../persistence/payment.queries.js';

export const PaymentListQuery = z.strictObject({ ...pageQuery, cursor: uuid().optional(), orderId: uuid().optional() });

@Controller('payments')
export class PaymentsController {
  constructor(private readonly queries: PaymentQueries) {}

  @Get()
  list(@Query() query: unknown) {
    return this.queries.list(validate(PaymentListQuery, query));
  }
}
