import { Controller, Get, Query } from '@nestjs/common';
import { validate } from '@waybill/platform';
import { InventoryQueries } from '../persistence/inventory.queries.js';
import { ShipmentListQuery } from './inventory.requests.js';

@Controller('shipments')
export class ShipmentsController {
  constructor(private readonly queries: InventoryQueries) {}

  @Get()
  list(@Query() query: unknown) {
    return this.queries.shipments(validate(ShipmentListQuery, query));
  }
}
