import { Controller, Get, Query } from '@nestjs/common';
import { pageQuery, uuid, validate } from '@waybill/platform';
import { z } from 'zod';
import { StoredParcelQueries } from '../persistence/stored-parcel.queries.js';

export const StoredParcelQuery = z.strictObject({
  ...pageQuery,
  cursor: uuid().optional(),
  shelf: z
    .string()
    .regex(/^[A-Z]\d$/)
    .optional(),
});

@Controller('stored-parcels')
export class StoredParcelsController {
  constructor(private readonly queries: StoredParcelQueries) {}

  @Get()
  list(@Query() query: unknown) {
    return this.queries.list(validate(StoredParcelQuery, query));
  }
}
