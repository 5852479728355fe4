import { Controller, Get, Optional, Query } from '@nestjs/common';
import { ParkedEventsView } from '@waybill/outbox';
import { ParkedListQuery } from './parked.openapi.js';
import { Problem } from './problem.js';
import { validate } from './validate.js';

/** What this process's consumer group has parked. Without the events' content, so that it needs no token. */
@Controller('parked')
export class ParkedController {
  constructor(@Optional() private readonly parked?: ParkedEventsView) {}

  @Get()
  list(@Query() query: unknown) {
    const { parked } = this;
    if (!parked) throw new Problem('not-found', { detail: 'this process consumes no events' });
    return parked.list(validate(ParkedListQuery, query));
  }
}
