/** Failed orders wait here for a person, beside the tasks that were given up in the dead letter queues of their queues. */
export const ORDERS_FOR_REVIEW = 'orders-dlq';

export const deadLetterQueues = [ORDERS_FOR_REVIEW];
