import { pageQuery } from '@waybill/platform';
import { z } from 'zod';

export const ProductListQuery = z.strictObject(pageQuery);

export const ReservationListQuery = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  orderId: z.uuid().optional(),
  status: z.enum(['OPEN', 'SHIPPED', 'RELEASED']).optional(),
});

export const ShipmentListQuery = z.strictObject({
  ...pageQuery,
  cursor: z.uuid().optional(),
  orderId: z.uuid().optional(),
});

/** Body of PUT /products/{sku}/stock. */
export const StockCount = z.strictObject({ onHand: z.int().min(0).max(1_000_000_000) });
