import { Id } from '@waybill/contracts';
import { pageQuery, uuid } from '@waybill/platform';
import { z } from 'zod';

/** The cursor is a SKU. */
export const ProductListQuery = z.strictObject({ ...pageQuery, cursor: Id.optional() });

export const ReservationListQuery = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  orderId: uuid().optional(),
  status: z.enum(['OPEN', 'SHIPPED', 'RELEASED']).optional(),
});

export const ShipmentListQuery = z.strictObject({
  ...pageQuery,
  cursor: uuid().optional(),
  orderId: uuid().optional(),
});

/** Body of PUT /products/{sku}/stock. */
export const StockCount = z.strictObject({ onHand: z.int().min(0).max(1_000_000_000) });
