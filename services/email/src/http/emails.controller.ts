import { Controller, Get, Query } from '@nestjs/common';
import { pageQuery, validate } from '@waybill/platform';
import { z } from 'zod';
import { EmailQueries } from '../persistence/email.queries.js';

const EmailListQuery = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  orderId: z.uuid().optional(),
});

@Controller('emails')
export class EmailsController {
  constructor(private readonly queries: EmailQueries) {}

  @Get()
  list(@Query() query: unknown) {
    return this.queries.list(validate(EmailListQuery, query));
  }
}
