import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger } from '@waybill/platform';
import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { PaymentModule } from './payment.module.js';

const config = readConfig();
const logger = createLogger({ service: 'payment', level: config.LOG_LEVEL });

await runProcess({
  module: PaymentModule.with(config, logger),
  logger,
  host: config.HOST,
  port: config.PAYMENT_PORT,
  prepare: connectMessaging,
});
