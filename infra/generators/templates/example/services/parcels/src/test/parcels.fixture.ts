import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { ServiceBench, type ServiceSettings } from '@waybill/testing';
import { ParcelsModule } from '../parcels.module.js';

/** The service as its main runs it, with a database, a vhost of RabbitMQ and Kafka topics of its own. */
export const startParcels = () => ServiceBench.of(start);
export type Parcels = Awaited<ReturnType<typeof startParcels>>;

async function start(settings: ServiceSettings) {
  await migrateService({ url: settings.DATABASE_URL, folder: new URL('../../', import.meta.url) });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const app = await createApp(ParcelsModule.with(settings, logger), logger);
  await connectMessaging(app);
  return app.init();
}
