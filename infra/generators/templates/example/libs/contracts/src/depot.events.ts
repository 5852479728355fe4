import { type BodyOf, defineEvent } from '@waybill/messaging/contract';
import { z } from 'zod';
import { depotEvents } from './topics.js';
import { Timestamp } from './values.js';

export const ParcelStored = defineEvent({
  type: 'waybill.ParcelStored.v1',
  topic: depotEvents,
  subject: ({ parcelId }) => parcelId,
  schema: z.object({ parcelId: z.uuid(), shelf: z.string(), storedAt: Timestamp }),
});
export type ParcelStored = BodyOf<typeof ParcelStored>;
