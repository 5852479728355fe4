/** What guides say of a broker, beside what is measured here. */
export interface Claim {
  claim: string;
  /** Table, row and column of each figure; none where this benchmark has no figure for it. */
  measured: [table: string, row: string, column: string][];
  why: string;
}

export const CLAIMS: Claim[] = [
  {
    claim: 'Kafka: over 1,000,000 messages a second and broker',
    measured: [
      ['publish', 'Kafka, kafkajs, not fsynced', '1 KiB, batches of 100'],
      ['backlog', 'Kafka, kafkajs', 'filled'],
    ],
    why: 'That is many producers with messages of 100 bytes in large compressed batches, without fsync, on cores of their own. The first figure waits for every batch of 100, the second for 1,000 small messages that are flushed together.',
  },
  {
    claim: 'Kafka: 10 to 100 ms',
    measured: [
      ['latency', 'Kafka, kafkajs', 'p50'],
      ['latency', 'Kafka, kafkajs', 'p99'],
    ],
    why: 'No network here, and no lingering for batches; but every request is flushed to the disk before the next one, and 200 messages a second that are sent one by one queue up when the disk is slower than that.',
  },
  {
    claim: 'RabbitMQ: 50,000 to 200,000 a second',
    measured: [
      ['publish', 'RabbitMQ, amqplib', '1 KiB, batches of 100'],
      ['consume', 'RabbitMQ, amqplib', '1 KiB'],
    ],
    why: 'That is without confirms, from memory, over many connections and queues. A queue is one Erlang process, so one core, and each message of a quorum queue goes to the write-ahead log.',
  },
  {
    claim: 'RabbitMQ: 1 to 5 ms',
    measured: [
      ['latency', 'RabbitMQ, amqplib', 'p50'],
      ['latency', 'RabbitMQ, amqplib', 'p99'],
    ],
    why: 'It is delivered once it is in the log of the only replica; two more replicas add a round trip of the network.',
  },
  {
    claim: 'NATS: 15,000,000 a second',
    measured: [
      ['publish', 'NATS, @nats-io', '1 KiB, batches of 100'],
      ['publish', 'NATS, @nats-io, not fsynced', '1 KiB, batches of 100'],
    ],
    why: 'That is NATS without JetStream: nothing is stored and nothing confirmed. The second figure stores and confirms, but flushes every two minutes, which is the default.',
  },
  {
    claim: 'NATS: under 1 ms',
    measured: [
      ['requests', 'NATS, @nats-io', 'p50'],
      ['latency', 'NATS, @nats-io', 'p50'],
    ],
    why: 'The first figure is a request and its reply that nobody stores, the second one a stored message, flushed before it is confirmed.',
  },
  {
    claim: 'SQS: 300,000 a second in batches',
    measured: [['publish', 'SQS, AWS SDK', '1 KiB, batches of 100']],
    why: 'A figure of Amazon’s fleet, with hundreds of senders. ElasticMQ is one JVM with a database in a file: it says what our adapter costs, not what Amazon’s SQS can do.',
  },
  {
    claim: 'SQS FIFO: about 3,000 a second in batches',
    measured: [['publish', 'SQS FIFO, AWS SDK', '1 KiB, batches of 100']],
    why: 'Amazon’s quota for a queue without its high-throughput mode: 300 requests a second of ten messages. Here the sender waits for each request, which the order of a group asks for.',
  },
  {
    claim: 'SQS: 20 to 50 ms',
    measured: [
      ['latency', 'SQS, AWS SDK', 'p50'],
      ['latency', 'SQS, AWS SDK', 'p99'],
    ],
    why: 'Amazon’s is reached by a network, each request by HTTPS with a signature that is checked; that is not simulated.',
  },
  {
    claim: 'request and reply over Kafka and SQS is weak',
    measured: [
      ['requests', 'Kafka, kafkajs', 'p50'],
      ['requests', 'SQS, AWS SDK', 'p50'],
    ],
    why: 'True: two stored messages and two consumers for one answer. RabbitMQ and NATS take a fraction of it.',
  },
  {
    claim: 'kept for 7 days by Kafka, 14 by SQS',
    measured: [],
    why: 'Settings, not limits, of Kafka: our topics keep all, so that history can be read anew. SQS keeps 4 days by default and 14 at most.',
  },
  {
    claim: 'exactly once costs 2 to 3 times the latency',
    measured: [],
    why: 'From topic to topic on Kafka it costs two thirds of the throughput and hardly any latency ([measured](patterns/delivery-guarantees.md#the-price)). With an inbox it costs what the rows "by Waybill" show.',
  },
];
