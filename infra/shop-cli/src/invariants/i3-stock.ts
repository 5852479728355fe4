import type { Expectations, Invariant } from './invariant.js';
import { isConfirmed, isFailedOrCancelled, type Order, type Product, type Reservation } from './snapshot.js';

export const stockIsConserved: Invariant = {
  id: 'I3',
  promise: 'stock is conserved, never oversold, and nothing stays reserved for a failed or cancelled order',
  check({ orders, products, reservations }, expectations) {
    const unknown = products.filter((product) => initialOf(product, expectations) === undefined);
    return {
      counted: `${products.length} products, ${reservations.length} reservations`,
      violations: [
        ...stockLevels(products, reservations, expectations),
        ...missingProducts(products, expectations),
        ...leftBehind(orders, reservations),
        ...notReserved(orders, reservations),
      ],
      ...(unknown.length && {
        notChecked: `onHand + shipped of ${unknown.length} products: their initial stock is unknown, see --initial`,
      }),
    };
  },
};

const initialOf = ({ sku, initial }: Product, expectations: Expectations) => expectations.initial?.[sku] ?? initial;

/** The product's own numbers, compared with the sums of its reservations. */
function stockLevels(
  products: readonly Product[],
  reservations: readonly Reservation[],
  expectations: Expectations,
): string[] {
  const reservationsOf = Map.groupBy(reservations, ({ sku }) => sku);
  return products.flatMap((product) => {
    const { sku, onHand, reserved, available } = product;
    const initial = initialOf(product, expectations);
    const open = units(reservationsOf.get(sku), 'OPEN');
    const shipped = units(reservationsOf.get(sku), 'SHIPPED');
    const violations: string[] = [];
    if (initial !== undefined && onHand + shipped !== initial) {
      violations.push(`${onHand} on hand and ${shipped} shipped do not add up to the initial ${initial}`);
    }
    if (product.shipped !== undefined && product.shipped !== shipped) {
      violations.push(`${product.shipped} shipped, but the shipped reservations add up to ${shipped}`);
    }
    if (reserved !== open) violations.push(`${reserved} reserved, but the open reservations add up to ${open}`);
    if (available !== onHand - reserved) violations.push(`${available} available, not ${onHand} minus ${reserved}`);
    if (onHand < 0 || onHand - open < 0) violations.push(`oversold: ${onHand} on hand, ${open} reserved`);
    return violations.map((violation) => `product ${sku}: ${violation}`);
  });
}

function missingProducts(products: readonly Product[], { initial = {} }: Expectations): string[] {
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
    if (isFailedOrCancelled(order) && status !== 'RELEASED') {
      return [`${quantity} x ${sku} are ${status} for order ${orderId}, which is ${order.status}`];
    }
    return [];
  });
}

/** Confirmed orders whose items are not all reserved or shipped. */
function notReserved(orders: readonly Order[], reservations: readonly Reservation[]): string[] {
  const reservedBy = Map.groupBy(
    reservations.filter(({ status }) => status !== 'RELEASED'),
    ({ orderId, sku }) => `${orderId} ${sku}`,
  );
  return orders.filter(isConfirmed).flatMap(({ orderId, status, items }) =>
    [...Map.groupBy(items, ({ sku }) => sku)].flatMap(([sku, lines]) => {
      const ordered = units(lines);
      const reserved = units(reservedBy.get(`${orderId} ${sku}`));
      return ordered === reserved
        ? []
        : [`order ${orderId} is ${status} with ${ordered} x ${sku}, but ${reserved} are reserved for it`];
    }),
  );
}

function units(lines: readonly { quantity: number; status?: string }[] = [], status?: Reservation['status']): number {
  return lines.filter((line) => !status || line.status === status).reduce((sum, { quantity }) => sum + quantity, 0);
}
