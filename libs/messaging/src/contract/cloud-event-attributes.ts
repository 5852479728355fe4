/** Prefix of CloudEvents attributes as Kafka headers (Kafka protocol binding 1.0). */
export const KAFKA_PREFIX = 'ce_';
/** Prefix of CloudEvents attributes as AMQP headers: AMQP 0-9-1 has no binding, so as in the AMQP 1.0 binding. */
export const AMQP_PREFIX = 'cloudEvents:';

/** What senders write that cannot carry a colon in a name. */
export const OTHER_AMQP_PREFIX = 'cloudEvents_';

/** A CloudEvents attribute from the headers of an event or a task. */
export const attributeOf = (headers: Record<string, string>, name: string): string | undefined =>
  headers[KAFKA_PREFIX + name] ?? headers[AMQP_PREFIX + name] ?? headers[OTHER_AMQP_PREFIX + name];
