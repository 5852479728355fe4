export { ConsumerPauses } from './consumer-pauses.js';
export { HandlerRegistry, sourcesOf } from './handler-registry.js';
export { Handles } from './handles.decorator.js';
export { KafkaTransport } from './kafka.transport.js';
export { connectMessaging, MessagingHealth, MessagingModule } from './messaging.module.js';
export { MessagingOptions } from './messaging.options.js';
export { RabbitTransport } from './rabbit.transport.js';
