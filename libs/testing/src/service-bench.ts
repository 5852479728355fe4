import { backingServices } from './endpoints.js';
import { type FreshDatabase, freshDatabase } from './fresh-database.js';
import { freshTopics } from './fresh-topics.js';
import { freshVhost } from './fresh-vhost.js';
import { KafkaPeer } from './kafka-peer.js';
import { RabbitPeer } from './rabbit-peer.js';
import { until } from './until.js';

export interface ServiceResponse {
  statusCode: number;
  headers: Record<string, unknown>;
  body: string;
  json<T>(): T;
}

/** What the bench needs of an application; Nest's on Fastify fits. */
export interface ServiceApp {
  inject(request: object | string): Promise<ServiceResponse>;
  close(): Promise<void>;
}

/** Settings of every service with messaging, for the bench's servers. */
export interface ServiceSettings {
  HOST: string;
  PORT: number;
  LOG_LEVEL: 'silent';
  DRAIN_DELAY: number;
  DATABASE_URL: string;
  EVENTS: 'kafka';
  TASKS: 'rabbitmq';
  RABBITMQ_URL: string;
  KAFKA_BROKERS: string[];
  KAFKA_TOPIC_PREFIX: string;
  KAFKA_RETENTION: undefined;
  KAFKA_CLIENT: 'kafkajs';
  SQS_FIFO: boolean;
}

/**
 * One service on real servers: a database, a RabbitMQ vhost and Kafka topics of its own. Tests see it only from outside.
 */
export class ServiceBench<App extends ServiceApp = ServiceApp> {
  private constructor(
    readonly app: App,
    /** Those that it was started with. */
    readonly settings: ServiceSettings,
    readonly database: FreshDatabase,
    readonly rabbit: RabbitPeer,
    readonly kafka: KafkaPeer,
    /** Stops everything and removes its data. */
    readonly stop: () => Promise<void>,
  ) {}

  /** `start` migrates the database and starts the service; resolves when that is ready. */
  static async of<App extends ServiceApp>(
    start: (settings: ServiceSettings) => Promise<App>,
  ): Promise<ServiceBench<App>> {
    const [database, vhost, topics] = await Promise.all([freshDatabase(), freshVhost(), freshTopics()]);
    const settings: ServiceSettings = {
      HOST: '127.0.0.1',
      PORT: 0,
      LOG_LEVEL: 'silent',
      DRAIN_DELAY: 0,
      DATABASE_URL: database.url,
      EVENTS: 'kafka',
      TASKS: 'rabbitmq',
      RABBITMQ_URL: vhost.url,
      KAFKA_BROKERS: [backingServices().kafka],
      KAFKA_TOPIC_PREFIX: topics.prefix,
      KAFKA_RETENTION: undefined,
      KAFKA_CLIENT: 'kafkajs',
      SQS_FIFO: false,
    };
    const app = await start(settings);
    const rabbit = await RabbitPeer.connect(vhost.url);
    const kafka = new KafkaPeer(topics);
    await untilReady(app);
    return new ServiceBench(app, settings, database, rabbit, kafka, async () => {
      await app.close();
      await Promise.all([rabbit.close(), kafka.close()]);
      await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
    });
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.app.inject(path);
    if (response.statusCode !== 200) throw new Error(`GET ${path}: ${response.statusCode} ${response.body}`);
    return response.json<T>();
  }

  /** How many messages of a queue or topic had this outcome, by the service's own metric. */
  async handled(source: string, outcome = 'done'): Promise<number> {
    return this.metric('messages_handled_total', [`source="${source}"`, `outcome="${outcome}"`]);
  }

  /** The sum of a metric over all series with these labels. The name may omit the prefix of all metrics. */
  async metric(name: string, labels: string[]): Promise<number> {
    const lines = (await this.app.inject('/metrics')).body.split('\n');
    const isMetric = (line: string) => !line.startsWith('#') && new RegExp(`^(\\w+_)?${name}\\{`).test(line);
    const series = lines.filter((line) => isMetric(line) && labels.every((label) => line.includes(label)));
    return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  async untilHandled(source: string, count: number): Promise<void> {
    await until(`${count} of ${source} are handled`, async () => (await this.handled(source)) >= count);
  }
}

async function untilReady(app: ServiceApp): Promise<void> {
  await until('the service is ready', async () => {
    const response = await app.inject('/health/ready');
    if (response.statusCode !== 200) throw new Error(response.body);
    return true;
  });
}
