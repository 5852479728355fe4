import amqp, { type Channel, type ChannelModel, type MessageProperties } from 'amqplib';

/** A message as RabbitMQ delivers it. */
export interface QueueMessage {
  body: Buffer;
  redelivered: boolean;
  properties: MessageProperties;
}

/** Looks into the queues of a RabbitMQ, past what is tested. */
export class RabbitQueues {
  private constructor(private readonly connection: ChannelModel) {}

  static async connect(url: string): Promise<RabbitQueues> {
    const connection = await amqp.connect(url, { noDelay: true });
    connection.on('error', () => {}); // the next operation rejects
    return new RabbitQueues(connection);
  }

  /** Takes the next message out of a queue, if there is one. */
  take(queue: string): Promise<QueueMessage | undefined> {
    return this.onChannel(async (channel) => {
      const message = await channel.get(queue, { noAck: true });
      if (!message) return undefined;
      return { body: message.content, redelivered: message.fields.redelivered, properties: message.properties };
    });
  }

  /** Takes out all that is there. */
  takeAll(queue: string): Promise<QueueMessage[]> {
    return this.onChannel(async (channel) => {
      const messages: QueueMessage[] = [];
      for (let next = await channel.get(queue, { noAck: true }); next; ) {
        messages.push({ body: next.content, redelivered: next.fields.redelivered, properties: next.properties });
        next = await channel.get(queue, { noAck: true });
      }
      return messages;
    });
  }

  /** How many messages are ready to be delivered. */
  count(queue: string): Promise<number> {
    return this.onChannel(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  exists(queue: string): Promise<boolean> {
    return this.count(queue).then(
      () => true,
      (error) => {
        if (error.code === NOT_FOUND) return false;
        throw error;
      },
    );
  }

  async delete(...queues: string[]): Promise<void> {
    await this.onChannel(async (channel) => {
      for (const queue of queues) await channel.deleteQueue(queue);
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** One for each operation: RabbitMQ closes the channel of one that fails. */
  private async onChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.connection.createChannel();
    let isOpen = true;
    channel.on('error', () => {}); // the operation rejects with it
    channel.on('close', () => {
      isOpen = false;
    });
    try {
      return await work(channel);
    } finally {
      if (isOpen) await channel.close();
    }
  }
}

const NOT_FOUND = 404;
