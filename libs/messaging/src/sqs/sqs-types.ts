// biome-ignore-all lint/suspicious/noTsIgnore: @ts-expect-error would be an error wherever the peer is installed

/** Types of the AWS SDK, for declarations; `any` without that optional peer, like those of amqplib. */
/** @ts-ignore: @aws-sdk/client-sqs may be missing */
export type Sqs = import('@aws-sdk/client-sqs').SQS;
/** @ts-ignore: @aws-sdk/client-sqs may be missing */
export type SqsMessage = import('@aws-sdk/client-sqs').Message;
/** @ts-ignore: @aws-sdk/client-sqs may be missing */
export type Credentials = NonNullable<import('@aws-sdk/client-sqs').SQSClientConfig['credentials']>;
