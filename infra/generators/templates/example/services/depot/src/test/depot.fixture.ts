import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { ServiceBench, type ServiceSettings } from '@waybill/testing';
import { DepotModule } from '../depot.module.js';

/** The service as its main runs it, with a database, a vhost of RabbitMQ and Kafka topics of its own. */
export const startDepot = () => ServiceBench.of(start);
export type Depot = Awaited<ReturnType<typeof startDepot>>;

async function start(settings: ServiceSettings) {
  await migrateService({ url: settings.DATABASE_URL, folder: new URL('../../', import.meta.url) });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const app = await createApp(DepotModule.with(settings, logger), logger);
  await connectMessaging(app);
  return app.init();
}
