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

export interface SlowConsumerSettings {
  databaseUrl: string;
  rabbitmqUrl: string;
  kafkaBroker: string;
  kafkaTopicPrefix: string;
  prefetch: number;
  /** How long one message takes, in ms. */
  takes: number;
}

/** What the process reports. */
export interface ProcessStats {
  handled: number;
  /** The most messages in flight so far. */
  maxInFlight: number;
  /** Resident, in MiB. */
  memory: number;
}

const REPORT_INTERVAL = 50;
const MIB = 1_024 * 1_024;
const stats: ProcessStats = { handled: 0, maxInFlight: 0, memory: 0 };
let inFlight = 0;
let takes = 0;

async function work(): Promise<void> {
  stats.maxInFlight = Math.max(stats.maxInFlight, ++inFlight);
  await pause(takes);
  inFlight--;
  stats.handled++;
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

/** A slow service in a process of its own. */
async function consume(settings: SlowConsumerSettings): Promise<void> {
  takes = settings.takes;
  const pool = new pg.Pool({ connectionString: settings.databaseUrl });
  const messaging = MessagingModule.forRoot({
    service: 'slow',
    topology,
    logger: quiet,
    database: {
      pool,
      autocommit: pgTx(pool as never),
      transaction: (run) => transaction(pool, (client) => run(pgTx(client))),
    },
    databaseUrl: settings.databaseUrl,
    rabbitmqUrl: settings.rabbitmqUrl,
    kafkaBrokers: [settings.kafkaBroker],
    kafkaTopicPrefix: settings.kafkaTopicPrefix,
    prefetch: { [queue.name]: settings.prefetch, [bounded.name]: settings.prefetch },
  });

  @Module({ imports: [messaging], providers: [WorkHandler, BoundedWorkHandler, FactHandler] })
  class SlowService {}

  const app = await NestFactory.createApplicationContext(SlowService, { logger: false });
  for (const transport of [KafkaTransport, RabbitTransport]) app.get(transport).listen(() => {});
  const report = () => {
    stats.memory = Math.round(process.memoryUsage.rss() / MIB);
    process.stdout.write(`${JSON.stringify(stats)}\n`);
  };
  setInterval(report, REPORT_INTERVAL);
}

if (import.meta.main) await consume(JSON.parse(process.argv[2]!));
