import { type BodyOf, defineEvent } from '@waybill/messaging/contract';
import { z } from 'zod';
import { catalogProducts } from './topics.js';
import { Id, Money } from './values.js';

/** The whole product as it is now. The latest event of a SKU is authoritative. */
export const ProductUpserted = defineEvent({
  type: 'waybill.ProductUpserted.v1',
  topic: catalogProducts,
  subject: ({ sku }) => sku,
  schema: z.object({ sku: Id, name: z.string(), unitPrice: Money }),
});
export type ProductUpserted = BodyOf<typeof ProductUpserted>;
