import { contracts, topology } from '@waybill/contracts';
import { asyncApiDocument, supportingChannels } from '@waybill/messaging';

/** All messages between the services, generated from the schemas that validate them. */
export const asyncApi = () =>
  asyncApiDocument({
    title: 'Waybill messages',
    version: '1.0.0',
    description: 'Events for anyone, on Kafka; tasks for one service and their replies, on RabbitMQ.',
    topology,
    contracts,
    supporting: supportingChannels(topology),
  });
