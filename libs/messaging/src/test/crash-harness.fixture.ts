import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { PostgresInbox } from '@waybill/idempotency';
import { pgTx } from '@waybill/outbox';
import { type QueuedMessage, until } from '@waybill/testing';
import { identityOf } from '../envelope/index.js';
import { type ReleaseParked, releaseParkedOf } from '../kafka/index.js';
import { type Failure, failureOf } from '../outcomes/index.js';
import { type Carriers, rabbitAndKafka } from './carriers.fixture.js';
import {
  type ConsumerSettings,
  events,
  SERVICE,
  TestEvent,
  type TestMessage,
  TestTask,
  tasks,
} from './consumer.fixture.js';
import { type ConsumerDatabase, consumerDatabase, effects } from './workbench.fixture.js';

export type Broker = 'rabbitmq' | 'kafka';
const RESTART_AFTER = 200;

/** One copy of the consumer: a process that is started again when it dies, until `stop`. */
export class Copy {
  deaths = 0;
  /** What the handler of the current process has started, in order. */
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
      if (this.process === child) this.onLine(line);
    });
    child.once('exit', async () => {
      this.deaths++;
      this.isReady = false;
      this.started = [];
      await pause(RESTART_AFTER);
      if (this.restarts && !this.stopping) this.start();
    });
  }

  private onLine(line: string): void {
    if (line === 'ready') this.isReady = true;
    const [event, ...what] = line.split(' ');
    if (event === 'started') this.started.push(what.join(' '));
    if (event === 'committed') this.committed.push(what.join(' '));
  }
}

export interface DeadLetterRecord extends Failure {
  id: string;
  body: string;
}

/** Runs a consumer on real servers in processes that can be killed; observed by its effects and dead letters. */
export class CrashHarness {
  private copies: Copy[] = [];

  private constructor(
    readonly database: ConsumerDatabase,
    readonly carriers: Carriers,
  ) {}

  static async open(open: () => Promise<Carriers> = rabbitAndKafka): Promise<CrashHarness> {
    const [database, carriers] = await Promise.all([consumerDatabase(), open()]);
    return new CrashHarness(database, carriers);
  }

  /** Sends tasks and reads queues directly. */
  get rabbit(): Carriers['tasks'] {
    return this.carriers.tasks;
  }

  /** Between the consumer and each broker. */
  get proxies(): Carriers['proxies'] {
    return this.carriers.proxies;
  }

  get settings(): ConsumerSettings {
    return { databaseUrl: this.database.url, ...this.carriers.settings, prefetch: 20 };
  }

  /** Starts another copy of the consumer; resolves when it is ready. */
  async copy({ restarts = true, ...settings }: Partial<ConsumerSettings> & { restarts?: boolean } = {}): Promise<Copy> {
    const copy = new Copy({ ...this.settings, ...settings }, restarts);
    this.copies.push(copy);
    await copy.untilReady();
    return copy;
  }

  /** Sends a task or publishes an event; resolves with its id. */
  send(broker: Broker, about: string, what: string, options: Partial<TestMessage> = {}, changes = {}): Promise<string> {
    const body = { about, what, behaviour: 'succeed', takes: 0, ...options } as TestMessage;
    return broker === 'rabbitmq'
      ? this.rabbit.send(TestTask, body, changes)
      : this.carriers.events.publish(TestEvent, body, changes);
  }

  /** Sends a message of another type. */
  sendAs(broker: Broker, type: string, body: Pick<TestMessage, 'about' | 'what'>): Promise<string> {
    const message = { ...body, behaviour: 'succeed', takes: 0 } as TestMessage;
    return broker === 'rabbitmq'
      ? this.rabbit.send({ ...TestTask, type }, message)
      : this.carriers.events.publish({ ...TestEvent, type }, message);
  }

  /** Sends what the console sends when an operator has resolved a dead letter. */
  async release({
    body,
    ...decision
  }: Pick<ReleaseParked, 'messageId' | 'key' | 'action'> & { body?: Partial<TestMessage> }) {
    const bytes = body && Buffer.from(JSON.stringify(body)).toString('base64');
    const release = {
      source: events.name,
      eventSource: '/test',
      by: 'ada',
      ...decision,
      ...(bytes && { body: bytes }),
    };
    return this.rabbit.send(releaseParkedOf(SERVICE), release);
  }

  /** Makes whoever handles the message with this id wait for a lock; resolves with what releases it. */
  async lockInbox(broker: Broker, id: string): Promise<() => Promise<void>> {
    const from = broker === 'rabbitmq' ? tasks : events;
    const client = await this.database.pool.connect();
    await client.query('BEGIN');
    await new PostgresInbox().firstTime(pgTx(client), {
      consumer: SERVICE,
      messageId: identityOf({ from, source: '/test', id }),
    });
    return async () => {
      await client.query('ROLLBACK');
      client.release();
    };
  }

  async effectsOf(about: string): Promise<string[]> {
    const all = await effects(this.database);
    return all.filter((effect) => effect.startsWith(`${about} `)).map((effect) => effect.slice(about.length + 1));
  }

  /** When each effect was written, in ms since 1970. */
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

  /** Removes and returns a broker's next dead letter; that of an event is taken from the outbox. */
  async deadLetter(broker: Broker, within: `${number}s` = '60s'): Promise<DeadLetterRecord> {
    if (broker === 'rabbitmq') {
      await until('a task is dead-lettered', async () => (await this.rabbit.waiting(`${tasks.name}-dlq`)) > 0, {
        within,
      });
      const { id, headers, body } = await this.rabbit.take(`${tasks.name}-dlq`);
      return { ...failureOf(headers)!, id, body };
    }
    const take = `DELETE FROM waybill.outbox WHERE seq = (SELECT min(seq) FROM waybill.outbox WHERE destination = $1)
      RETURNING id, headers, body`;
    const { id, headers, body } = await until(
      'an event is dead-lettered',
      async () => (await this.database.pool.query(take, [`${events.name}.${SERVICE}-dlq`])).rows[0],
      { within },
    );
    return { ...failureOf(headers)!, id, body: body.toString() };
  }

  /** Removes and returns the next dead letter of the queue. */
  takeDeadLetter(): Promise<QueuedMessage> {
    return this.rabbit.take(`${tasks.name}-dlq`);
  }

  /** Sends it to its queue unchanged, failure headers included. */
  resubmitTask(deadLetter: QueuedMessage): Promise<void> {
    return this.rabbit.forward(deadLetter, tasks.name);
  }

  /** The ids of all that are left, which are taken. */
  async takeDeadLetters(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>('DELETE FROM waybill.outbox RETURNING id');
    const ids = rows.map(({ id }) => id);
    const queue = `${tasks.name}-dlq`;
    while ((await this.rabbit.waiting(queue)) > 0) ids.push((await this.rabbit.take(queue)).id);
    return ids;
  }

  async deadLetters(): Promise<number> {
    const { rows } = await this.database.pool.query('SELECT count(*)::integer AS dead_letters FROM waybill.outbox');
    return rows[0].dead_letters + (await this.rabbit.waiting(`${tasks.name}-dlq`));
  }

  async stopCopies(): Promise<void> {
    await Promise.all(this.copies.map((copy) => copy.stop()));
    this.copies = [];
  }

  async close(): Promise<void> {
    await this.stopCopies();
    await Promise.all([this.database.drop(), this.carriers.close()]);
  }
}
