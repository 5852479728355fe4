import { Controller, Get, Query } from '@nestjs/common';
import { pageQuery, uuid, validate } from '@waybill/platform';
import { z } from 'zod';
import { EmailQueries } from '../persistence/email.queries.js';

export const EmailListQuery = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  orderId: uuid().optional(),
});

@Controller('emails')
export class EmailsController {
  constructor(private readonly queries: EmailQueries) {}

  @Get()
  list(@Query() query: unknown) {
    return this.queries.list(validate(EmailListQuery, query));
  }
}
