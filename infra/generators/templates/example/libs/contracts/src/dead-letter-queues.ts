/** Queues for messages that a service itself gives to an operator. Tasks that failed have a dead letter queue for each queue. */
export const deadLetterQueues: string[] = [];
