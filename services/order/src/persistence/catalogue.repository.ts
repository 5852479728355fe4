import { coalesced, type Tx } from '@waybill/outbox';
import type { Line } from '../domain/order.js';
import type { Product } from '../domain/pricing.js';

/** Order's own copy of the catalogue, so that pricing an order depends on no other service. */
export class CatalogueRepository {
  private readonly productsBySku = coalesced(productsBySku);

  /** At least the products of these lines, by SKU, without unknown SKUs. */
  productsOf(tx: Tx, lines: readonly Line[]): Promise<ReadonlyMap<string, Product>> {
    return this.productsBySku(
      tx,
      lines.map(({ sku }) => sku),
    );
  }

  /** Sets the product to this state, so that a repetition changes nothing. */
  async upsert(tx: Tx, { sku, name, unitPrice }: Product): Promise<void> {
    await tx.query(
      `INSERT INTO catalogue (sku, name, unit_price_amount, currency) VALUES ($1, $2, $3, $4)
       ON CONFLICT (sku) DO UPDATE SET name = $2, unit_price_amount = $3, currency = $4`,
      [sku, name, unitPrice.amount, unitPrice.currency],
    );
  }

  async markComplete(tx: Tx): Promise<void> {
    await tx.query('INSERT INTO catalogue_progress (read_to_the_end) VALUES (now()) ON CONFLICT DO NOTHING');
  }

  /** Whether the copy has ever been complete. From then on it lags a little at worst. */
  async wasComplete(tx: Tx): Promise<boolean> {
    const { rowCount } = await tx.query('SELECT FROM catalogue_progress');
    return rowCount > 0;
  }
}

async function productsBySku(tx: Tx, skus: readonly string[]): Promise<ReadonlyMap<string, Product>> {
  const { rows } = await tx.query<ProductRow>(
    'SELECT sku, name, unit_price_amount, currency FROM catalogue WHERE sku = ANY ($1)',
    [[...new Set(skus)]],
  );
  return new Map(rows.map((row) => [row.sku, toProduct(row)]));
}

interface ProductRow {
  sku: string;
  name: string;
  unit_price_amount: string;
  currency: string;
}

function toProduct(row: ProductRow): Product {
  return { sku: row.sku, name: row.name, unitPrice: { amount: Number(row.unit_price_amount), currency: row.currency } };
}
