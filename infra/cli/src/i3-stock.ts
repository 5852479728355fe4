import {
  type Evidence,
  type Invariant,
  isGivenUp,
  isSold,
  type Order,
  type Product,
  type Reservation,
} from './system.js';

export const stockIsConserved: Invariant = {
  id: 'I3',
  promise: 'stock is conserved, never oversold, and nothing stays reserved for a failed or cancelled order',
  check({ orders, products, reservations }, evidence) {
    const unknown = products.filter((product) => initialOf(product, evidence) === undefined);
    return {
      counted: `${products.length} products, ${reservations.length} reservations`,
      violations: [
        ...shelves(products, reservations, evidence),
        ...missingProducts(products, evidence),
        ...leftBehind(orders, reservations),
        ...oversold(orders, reservations),
      ],
      ...(unknown.length && {
        notChecked: `onHand + shipped of ${unknown.length} products: their initial stock is not known, see --initial`,
      }),
    };
  },
};

const initialOf = ({ sku, initial }: Product, evidence: Evidence) => evidence.initial?.[sku] ?? initial;

/** What the product says of itself, against the sum over its reservations. */
function shelves(products: readonly Product[], reservations: readonly Reservation[], evidence: Evidence): string[] {
  const reservationsOf = Map.groupBy(reservations, ({ sku }) => sku);
  return products.flatMap((product) => {
    const { sku, onHand, reserved, available } = product;
    const initial = initialOf(product, evidence);
    const open = units(reservationsOf.get(sku), 'OPEN');
    const shipped = units(reservationsOf.get(sku), 'SHIPPED');
    const complaints: string[] = [];
    if (initial !== undefined && onHand + shipped !== initial) {
      complaints.push(`${onHand} on hand and ${shipped} shipped are not the initial ${initial}`);
    }
    if (product.shipped !== undefined && product.shipped !== shipped) {
      complaints.push(`${product.shipped} shipped, but its reservations say ${shipped}`);
    }
    if (reserved !== open) complaints.push(`${reserved} reserved, but its open reservations say ${open}`);
    if (available !== onHand - reserved) complaints.push(`${available} available, not ${onHand} less ${reserved}`);
    if (onHand < 0 || onHand - open < 0) complaints.push(`oversold: ${onHand} on hand, ${open} promised`);
    return complaints.map((complaint) => `product ${sku}: ${complaint}`);
  });
}

function missingProducts(products: readonly Product[], { initial = {} }: Evidence): string[] {
  const known = new Set(products.map(({ sku }) => sku));
  return Object.keys(initial)
    .filter((sku) => !known.has(sku))
    .map((sku) => `product ${sku} had an initial stock, but does not exist`);
}

function leftBehind(orders: readonly Order[], reservations: readonly Reservation[]): string[] {
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  return reservations.flatMap(({ orderId, sku, quantity, status }) => {
    const order = byId.get(orderId);
    if (!order) return [`${quantity} x ${sku} are ${status} for order ${orderId}, which does not exist`];
    if (isGivenUp(order) && status !== 'RELEASED') {
      return [`${quantity} x ${sku} are ${status} for order ${orderId}, which is ${order.status}`];
    }
    return [];
  });
}

/** What was sold without having been taken from the shelf. */
function oversold(orders: readonly Order[], reservations: readonly Reservation[]): string[] {
  const held = Map.groupBy(
    reservations.filter(({ status }) => status !== 'RELEASED'),
    ({ orderId, sku }) => `${orderId} ${sku}`,
  );
  return orders.filter(isSold).flatMap(({ orderId, status, items }) =>
    [...Map.groupBy(items, ({ sku }) => sku)].flatMap(([sku, lines]) => {
      const sold = units(lines);
      const taken = units(held.get(`${orderId} ${sku}`));
      return sold === taken
        ? []
        : [`order ${orderId} is ${status} with ${sold} x ${sku}, but ${taken} are held for it`];
    }),
  );
}

function units(lines: readonly { quantity: number; status?: string }[] = [], status?: Reservation['status']): number {
  return lines.filter((line) => !status || line.status === status).reduce((sum, { quantity }) => sum + quantity, 0);
}
