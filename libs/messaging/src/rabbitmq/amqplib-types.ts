// biome-ignore-all lint/suspicious/noTsIgnore: @ts-expect-error would be an error wherever the peer is installed

/** Types of amqplib, for declarations; `any` without that optional peer, like those of kafkajs. */
/** @ts-ignore: amqplib may be missing */
export type Channel = import('amqplib').Channel;
/** @ts-ignore: amqplib may be missing */
export type ChannelOptions = import('amqplib').ChannelOptions;
