import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  KafkaPeer,
  type QueuedMessage,
  RabbitPeer,
  TcpProxy,
  until,
} from '@waybill/testing';
import { declareTopics, type ReleaseParked, releaseParkedOf } from '../kafka/index.js';
import type { MessagingOptions } from '../nest/index.js';
import { type Failure, failureOf } from '../outcomes/index.js';
import { type ConsumerSettings, type Deed, DoIt, events, ItHappened, SERVICE, tasks } from './consumer.fixture.js';
import { type ConsumerDatabase, consumerDatabase, effects } from './workbench.fixture.js';

export type Broker = 'rabbitmq' | 'kafka';
const RESTART_AFTER = 200;

/** One copy of the consumer: a process that is started again when it dies, until it is told to stop. */
export class Copy {
  deaths = 0;
  /** What its handler has begun and when, the last one last; of this process only. */
  started: string[] = [];
  committed: string[] = [];
  isReady = false;
  process!: ChildProcess;
  private stopping = false;

  constructor(
    private readonly settings: ConsumerSettings,
    private readonly restarts: boolean,
  ) {
    this.start();
  }

  untilReady(): Promise<unknown> {
    return until('the consumer is ready', () => this.isReady, { within: '90s' });
  }

  /** kill -9; resolves when it is dead. */
  async kill(): Promise<void> {
    const dead = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await dead;
  }

  /** SIGTERM, and no restart; resolves with the exit code. */
  async stop(): Promise<number | null> {
    this.stopping = true;
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const [code] = await exit;
    return code;
  }

  private start(): void {
    const script = new URL('consumer-process.fixture.js', import.meta.url).pathname;
    this.process = spawn(process.execPath, [script, JSON.stringify(this.settings)], {
      stdio: ['ignore', 'pipe', process.env.CONSUMER_LOG ? 'inherit' : 'ignore'],
    });
    this.started = [];
    this.isReady = false;
    const { process: child } = this;
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (this.process === child) this.hear(line);
    });
    child.once('exit', async () => {
      this.deaths++;
      this.isReady = false;
      this.started = [];
      await pause(RESTART_AFTER);
      if (this.restarts && !this.stopping) this.start();
    });
  }

  private hear(line: string): void {
    if (line === 'ready') this.isReady = true;
    const [word, ...what] = line.split(' ');
    if (word === 'started') this.started.push(what.join(' '));
    if (word === 'committed') this.committed.push(what.join(' '));
  }
}

export interface Letter extends Failure {
  id: string;
  body: string;
}

/** A consumer with real servers to itself, in processes that die. Seen by its effects and dead letters. */
export class CrashBench {
  private copies: Copy[] = [];

  private constructor(
    readonly database: ConsumerDatabase,
    readonly rabbit: RabbitPeer,
    private readonly kafka: KafkaPeer,
    private readonly vhost: FreshVhost,
    private readonly topics: FreshTopics,
    /** The consumer's way to each broker; ours is another. */
    readonly ways: Record<Broker, TcpProxy>,
    private readonly kafkaClient: MessagingOptions['kafkaClient'],
  ) {}

  static async open(kafkaClient: MessagingOptions['kafkaClient'] = 'kafkajs'): Promise<CrashBench> {
    const [database, vhost] = await Promise.all([consumerDatabase(), freshVhost()]);
    const topics = freshTopics();
    await declareTopics(topics.kafka, [events], { prefix: topics.prefix });
    const { hostname: host, port } = new URL(vhost.url);
    const ways = {
      rabbitmq: await TcpProxy.to({ host, port: Number(port) }),
      kafka: await TcpProxy.toKafka(backingServices().kafka),
    };
    const peers = [await RabbitPeer.connect(vhost.url), new KafkaPeer(topics)] as const;
    return new CrashBench(database, ...peers, vhost, topics, ways, kafkaClient);
  }

  get settings(): ConsumerSettings {
    const rabbitmqUrl = new URL(this.vhost.url);
    rabbitmqUrl.port = String(this.ways.rabbitmq.port);
    return {
      databaseUrl: this.database.url,
      rabbitmqUrl: rabbitmqUrl.href,
      kafkaBrokers: [`127.0.0.1:${this.ways.kafka.port}`],
      kafkaTopicPrefix: this.topics.prefix,
      kafkaClient: this.kafkaClient,
      prefetch: 20,
    };
  }

  /** A further copy of the consumer, when it is ready. */
  async copy({ restarts = true, ...settings }: Partial<ConsumerSettings> & { restarts?: boolean } = {}): Promise<Copy> {
    const copy = new Copy({ ...this.settings, ...settings }, restarts);
    this.copies.push(copy);
    await copy.untilReady();
    return copy;
  }

  /** Sends a task or publishes an event; resolves with its id. */
  say(broker: Broker, about: string, what: string, deed: Partial<Deed> = {}, changes = {}): Promise<string> {
    const body = { about, what, deed: 'work', takes: 0, ...deed } as Deed;
    return broker === 'rabbitmq'
      ? this.rabbit.send(DoIt, body, changes)
      : this.kafka.publish(ItHappened, body, changes);
  }

  /** The same as a message of another type. */
  sayAs(broker: Broker, type: string, body: Pick<Deed, 'about' | 'what'>): Promise<string> {
    const whole = { ...body, deed: 'work', takes: 0 } as Deed;
    return broker === 'rabbitmq'
      ? this.rabbit.send({ ...DoIt, type }, whole)
      : this.kafka.publish({ ...ItHappened, type }, whole);
  }

  /** What the console sends when a person has decided about an event. */
  async release({ body, ...decision }: Pick<ReleaseParked, 'messageId' | 'key' | 'action'> & { body?: Partial<Deed> }) {
    const bytes = body && Buffer.from(JSON.stringify(body)).toString('base64');
    const release = { source: events.name, by: 'ada', ...decision, ...(bytes && { body: bytes }) };
    return this.rabbit.send(releaseParkedOf(SERVICE), release);
  }

  async effectsOf(about: string): Promise<string[]> {
    const all = await effects(this.database);
    return all.filter((effect) => effect.startsWith(`${about} `)).map((effect) => effect.slice(about.length + 1));
  }

  /** When each was written, in milliseconds since 1970. */
  async effectTimes(): Promise<Map<string, number>> {
    const { rows } = await this.database.pool.query<{ what: string; at: Date }>('SELECT what, at FROM effects');
    return new Map(rows.map(({ what, at }) => [what, at.getTime()]));
  }

  untilEffects(about: string, count: number, within: `${number}s` = '60s'): Promise<unknown> {
    return until(
      `${about} has ${count} effects`,
      async () => (await this.effectsOf(about)).length >= count || undefined,
      { within },
    );
  }

  /** The next dead letter of a broker, taken away; an event's is found where it leaves for its topic. */
  async deadLetter(broker: Broker, within: `${number}s` = '60s'): Promise<Letter> {
    if (broker === 'rabbitmq') {
      await until('a task is given up', async () => (await this.rabbit.waiting(`${tasks.name}-dlq`)) > 0, { within });
      const { id, headers, body } = await this.rabbit.take(`${tasks.name}-dlq`);
      return { ...failureOf(headers)!, id, body };
    }
    const take = `DELETE FROM waybill.outbox WHERE seq = (SELECT min(seq) FROM waybill.outbox WHERE destination = $1)
      RETURNING id, headers, body`;
    const { id, headers, body } = await until(
      'an event is given up',
      async () => (await this.database.pool.query(take, [`${events.name}.${SERVICE}-dlq`])).rows[0],
      { within },
    );
    return { ...failureOf(headers)!, id, body: body.toString() };
  }

  /** A dead letter of the queue as it lies there. */
  takeDeadTask(): Promise<QueuedMessage> {
    return this.rabbit.take(`${tasks.name}-dlq`);
  }

  /** Sends it to its queue as it is, headers of its failure included. */
  resubmitTask(letter: QueuedMessage): Promise<void> {
    return this.rabbit.forward(letter, tasks.name);
  }

  async deadLetters(): Promise<number> {
    const { rows } = await this.database.pool.query('SELECT count(*)::integer AS given_up FROM waybill.outbox');
    return rows[0].given_up + (await this.rabbit.waiting(`${tasks.name}-dlq`));
  }

  /** A member that was killed stays in its group until its session ends. */
  private dropTopics(): Promise<unknown> {
    const drop = async () => {
      await this.topics.drop();
      return true;
    };
    return until('the group is empty', drop, { within: '30s' });
  }

  async stopCopies(): Promise<void> {
    await Promise.all(this.copies.map((copy) => copy.stop()));
    this.copies = [];
  }

  async close(): Promise<void> {
    await this.stopCopies();
    await Promise.all([this.rabbit.close(), this.kafka.close()]);
    await Promise.all(Object.values(this.ways).map((way) => way.close()));
    await Promise.all([this.database.drop(), this.vhost.drop(), this.dropTopics()]);
  }
}
