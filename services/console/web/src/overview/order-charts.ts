/** What the shop adds to the charts. */
export const ORDER_CHARTS = [
  { title: 'Orders', names: ['ordersPlaced', 'ordersConfirmed'] },
  { title: 'From order to confirmation', names: ['confirmationP50', 'confirmationP95', 'confirmationP99'] },
];
