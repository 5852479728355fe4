import { Controller, Get, Query } from '@nestjs/common';
import { validate } from '@waybill/platform';
import { InventoryQueries } from '../persistence/inventory.queries.js';
import { ReservationListQuery } from './inventory.requests.js';

@Controller('reservations')
export class ReservationsController {
  constructor(private readonly queries: InventoryQueries) {}

  @Get()
  list(@Query() query: unknown) {
    return this.queries.reservations(validate(ReservationListQuery, query));
  }
}
