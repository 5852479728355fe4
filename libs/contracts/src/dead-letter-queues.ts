/** Failed orders wait here for review. Tasks that failed have a dead letter queue for each queue. */
export const ORDERS_FOR_REVIEW = 'orders-dlq';

export const deadLetterQueues = [ORDERS_FOR_REVIEW];
