import { ProductUpserted } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { CatalogueRepository } from '../persistence/catalogue.repository.js';

@Handles(ProductUpserted)
export class ProductUpsertedHandler implements Handler<typeof ProductUpserted> {
  constructor(private readonly catalogue: CatalogueRepository) {}

  async handle(product: ProductUpserted, { tx }: HandlerContext): Promise<void> {
    await this.catalogue.upsert(tx, product);
  }
}
