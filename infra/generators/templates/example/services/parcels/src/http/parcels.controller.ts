import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { StoreParcel } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import { Database, Problem, parseId, validate } from '@waybill/platform';
import type { FastifyReply } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { ParcelQueries } from '../persistence/parcel.queries.js';
import { ParcelRepository } from '../persistence/parcel.repository.js';

export const ParcelRequest = z.strictObject({
  content: z.string().regex(/^[\w ,.-]{1,200}$/, 'must be 1 to 200 letters, digits, spaces or any of _ , . -'),
});

@Controller('parcels')
export class ParcelsController {
  constructor(
    private readonly database: Database,
    private readonly parcels: ParcelRepository,
    private readonly outbox: MessageOutbox,
    private readonly queries: ParcelQueries,
  ) {}

  /** 202: the parcel and the task for the depot are one commit, so nothing of it is lost from now on. */
  @Post()
  @HttpCode(202)
  async accept(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const parcel = { parcelId: uuidv7(), ...validate(ParcelRequest, body) };
    await this.database.transaction(async (tx) => {
      await this.parcels.insert(tx, parcel);
      await this.outbox.add(tx, StoreParcel.of(parcel));
    });
    void reply.header('location', `/parcels/${parcel.parcelId}`);
    return parcel;
  }

  @Get(':parcelId')
  async show(@Param('parcelId') segment: string) {
    const parcelId = parseId(segment);
    const parcel = parcelId && (await this.queries.find(parcelId));
    if (!parcel) throw new Problem('not-found', { detail: `there is no parcel ${segment}` });
    return parcel;
  }
}
