import { contracts, topology } from '@waybill/contracts';
import { asyncApiDocument } from '@waybill/messaging';

/** Everything that Waybill's services say to each other, out of the very schemas that check the messages. */
export const asyncApi = () =>
  asyncApiDocument({
    title: 'Waybill messages',
    version: '1.0.0',
    description: 'Events for anyone, on Kafka; tasks for one service and their replies, on RabbitMQ.',
    topology,
    contracts,
  });
