import { type BodyOf, defineTask } from '@waybill/messaging/contract';
import { z } from 'zod';
import { depotStore } from './queues.js';

export const StoreParcel = defineTask({
  type: 'waybill.StoreParcel.v1',
  queue: depotStore,
  subject: ({ parcelId }) => parcelId,
  schema: z.object({ parcelId: z.uuid(), content: z.string() }),
});
export type StoreParcel = BodyOf<typeof StoreParcel>;
