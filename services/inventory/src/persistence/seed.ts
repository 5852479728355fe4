import { ProductUpserted } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';

const MILLION = 1_000_000;

interface SeedProduct {
  sku: string;
  name: string;
  /** Euro cents. */
  price: number;
  onHand: number;
}

const book = (number: number, name: string, price: number): SeedProduct => ({
  sku: `BOOK-${String(number).padStart(3, '0')}`,
  name,
  price,
  onHand: MILLION,
});

const PRODUCTS: SeedProduct[] = [
  book(1, 'Middlemarch', 1_499),
  book(2, 'Moby-Dick', 1_299),
  book(3, 'Don Quixote', 1_899),
  book(4, 'Frankenstein', 899),
  book(5, 'Jane Eyre', 1_099),
  book(6, 'Effi Briest', 799),
  book(7, 'Madame Bovary', 999),
  book(8, 'The Trial', 949),
  book(9, 'Dead Souls', 1_199),
  book(10, 'Candide', 699),
  book(11, 'Dracula', 999),
  book(12, 'Walden', 1_149),
  book(13, 'Oblomov', 1_349),
  book(14, 'Persuasion', 849),
  book(15, 'Bleak House', 1_599),
  book(16, 'The Idiot', 1_449),
  book(17, 'Germinal', 1_099),
  book(18, 'Kim', 749),
  book(19, 'Ivanhoe', 1_249),
  book(20, 'Utopia', 599),
  { sku: 'RARE-001', name: 'First folio, facsimile', price: 24_900, onHand: 5 },
];

/** Inserts the products that do not exist yet, and publishes them to the catalogue. */
export async function seed(tx: Tx): Promise<void> {
  const { rows } = await tx.query<{ sku: string }>(
    `INSERT INTO products (sku, name, unit_price_amount, currency, initial, on_hand)
     SELECT sku, name, price, 'EUR', on_hand, on_hand
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[]) AS seed (sku, name, price, on_hand)
     ON CONFLICT (sku) DO NOTHING
     RETURNING sku`,
    [
      PRODUCTS.map(({ sku }) => sku),
      PRODUCTS.map(({ name }) => name),
      PRODUCTS.map(({ price }) => price),
      PRODUCTS.map(({ onHand }) => onHand),
    ],
  );
  const added = new Set(rows.map(({ sku }) => sku));
  const upserts = PRODUCTS.filter(({ sku }) => added.has(sku)).map(({ sku, name, price }) =>
    ProductUpserted.of({ sku, name, unitPrice: { amount: price, currency: 'EUR' } }),
  );
  if (upserts.length) await new MessageOutbox({ source: '/waybill/inventory' }).add(tx, ...upserts);
}
