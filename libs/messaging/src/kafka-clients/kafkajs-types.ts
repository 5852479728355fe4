// biome-ignore-all lint/suspicious/noTsIgnore: @ts-expect-error would be an error wherever the peer is installed

/**
 * Types of kafkajs, for declarations. kafkajs is an optional peer: without it these are `any`, and an application that
 * compiles its dependencies too (`skipLibCheck: false`) still compiles.
 */
/** @ts-ignore: kafkajs may be missing */
export type Kafka = import('kafkajs').Kafka;
/** @ts-ignore: kafkajs may be missing */
export type Consumer = import('kafkajs').Consumer;
/** @ts-ignore: kafkajs may be missing */
export type ICustomPartitioner = import('kafkajs').ICustomPartitioner;
/** @ts-ignore: kafkajs may be missing */
export type KafkaMessage = import('kafkajs').KafkaMessage;
