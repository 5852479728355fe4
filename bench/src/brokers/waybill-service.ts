import { Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  KafkaTransport,
  MessagingHealth,
  MessagingModule,
  type MessagingOptions,
  RabbitTransport,
} from '@waybill/messaging/nest';
import { uniqueName, until } from '@waybill/testing';
import { EffectsDatabase, quiet } from '../messaging/service.js';

/** Messages whose handlers share a transaction at most. */
const TOGETHER = 50;

type Settings = Omit<MessagingOptions, 'service' | 'database' | 'databaseUrl' | 'logger'> & { handlers: Provider[] };

let opened: Promise<EffectsDatabase> | undefined;

/** One for all services of the run. */
export const effectsDatabase = (): Promise<EffectsDatabase> => {
  opened ??= EffectsDatabase.open();
  return opened;
};

/** A service of a new name, so a new group; resolves when it is ready. */
export async function startService({ handlers, ...settings }: Settings) {
  const database = await effectsDatabase();
  const messaging = MessagingModule.forRoot({
    service: uniqueName('bench'),
    database: database.asMessagingDatabase(),
    databaseUrl: database.url,
    groupCommit: TOGETHER,
    logger: quiet,
    ...settings,
  });
  class Service {}
  Module({ imports: [messaging], providers: handlers })(Service);
  const app = await NestFactory.createApplicationContext(Service, { logger: false });
  const { kafkaBrokers, rabbitmqUrl, natsUrl, sqs } = settings;
  const transports = [
    ...(kafkaBrokers || natsUrl ? [app.get(KafkaTransport)] : []),
    ...(rabbitmqUrl || natsUrl || sqs ? [app.get(RabbitTransport)] : []),
  ];
  for (const transport of transports) transport.listen(() => {});
  const checks = app.get(MessagingHealth).healthChecks();
  await until('the service is ready', () => Promise.all(checks.map((check) => check.check())));
  return {
    get: app.get.bind(app) as typeof app.get,
    async stop(): Promise<void> {
      for (const transport of transports) await transport.close();
      await app.close();
    },
  };
}
