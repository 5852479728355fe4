export { SqsClient } from './sqs-client.js';
export { sqsName } from './sqs-name.js';
export { SqsQueueDepths } from './sqs-queue-depths.js';
export type { SqsOptions, SqsSettings } from './sqs-settings.js';
