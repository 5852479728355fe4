/** What an operator finds sagas by in Temporal's UI, beside the workflow id, which begins with `order-` and the order's id. */
export const CUSTOMER_ID = { name: 'CustomerId', type: 'KEYWORD' } as const;
/** RESERVED once the payment is awaited; the outcome in the end. */
export const ORDER_STATUS = { name: 'OrderStatus', type: 'KEYWORD' } as const;
