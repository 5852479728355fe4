import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { pgTx } from '@waybill/outbox';
import { transaction } from '@waybill/testing';
import pg from 'pg';
import { z } from 'zod';
import { defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import type { Handler } from '../handling/index.js';
import { Handles, KafkaTransport, MessagingModule, RabbitTransport } from '../nest/index.js';
import { quiet } from './workbench.fixture.js';

export const queue = defineQueue({ name: 'work' });
export const bounded = defineQueue({ name: 'bounded', maxLength: 100 });
export const topic = defineTopic({ name: 'facts' });
export const topology = { topics: [topic], queues: [queue, bounded] };
const schema = z.object({ n: z.int(), padding: z.string() });
const subject = ({ n }: { n: number }) => String(n);
export const Work = defineTask({ type: 'test.Work.v1', queue, subject, schema });
export const BoundedWork = defineTask({ type: 'test.BoundedWork.v1', queue: bounded, subject, schema });
export const Fact = defineEvent({ type: 'test.Fact.v1', topic, subject, schema });

export interface SlowConsumerOrder {
  databaseUrl: string;
  rabbitmqUrl: string;
  kafkaBroker: string;
  kafkaTopicPrefix: string;
  prefetch: number;
  /** How long one message takes, in ms. */
  takes: number;
}

/** What the process tells of itself. */
export interface Vitals {
  handled: number;
  /** Messages that are being handled: now at most, and ever. */
  mostInHand: number;
  /** Resident, in MiB. */
  memory: number;
}

const TELL_EVERY = 50;
const MIB = 1_024 * 1_024;
const vitals: Vitals = { handled: 0, mostInHand: 0, memory: 0 };
let inHand = 0;
let takes = 0;

async function work(): Promise<void> {
  vitals.mostInHand = Math.max(vitals.mostInHand, ++inHand);
  await pause(takes);
  inHand--;
  vitals.handled++;
}

@Handles(Work, { transaction: false })
@Injectable()
class WorkHandler implements Handler<typeof Work> {
  handle = work;
}

@Handles(BoundedWork, { transaction: false })
@Injectable()
class BoundedWorkHandler implements Handler<typeof BoundedWork> {
  handle = work;
}

@Handles(Fact, { transaction: false })
@Injectable()
class FactHandler implements Handler<typeof Fact> {
  handle = work;
}

/** A service that is slow, in a process of its own. */
async function consume(order: SlowConsumerOrder): Promise<void> {
  takes = order.takes;
  const pool = new pg.Pool({ connectionString: order.databaseUrl });
  const messaging = MessagingModule.forRoot({
    service: 'slow',
    topology,
    logger: quiet,
    database: {
      pool,
      autocommit: pgTx(pool as never),
      transaction: (run) => transaction(pool, (client) => run(pgTx(client))),
    },
    databaseUrl: order.databaseUrl,
    rabbitmqUrl: order.rabbitmqUrl,
    kafkaBrokers: [order.kafkaBroker],
    kafkaTopicPrefix: order.kafkaTopicPrefix,
    prefetch: { [queue.name]: order.prefetch, [bounded.name]: order.prefetch },
  });

  @Module({ imports: [messaging], providers: [WorkHandler, BoundedWorkHandler, FactHandler] })
  class SlowService {}

  const app = await NestFactory.createApplicationContext(SlowService, { logger: false });
  for (const transport of [KafkaTransport, RabbitTransport]) app.get(transport).listen(() => {});
  const tell = () => {
    vitals.memory = Math.round(process.memoryUsage.rss() / MIB);
    process.stdout.write(`${JSON.stringify(vitals)}\n`);
  };
  setInterval(tell, TELL_EVERY);
}

if (import.meta.main) await consume(JSON.parse(process.argv[2]!));
