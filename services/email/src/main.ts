import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger } from '@waybill/platform';
import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { EmailModule } from './email.module.js';

const config = readConfig();
const logger = createLogger({ service: 'email', level: config.LOG_LEVEL });

await runProcess({
  module: EmailModule.with(config, logger),
  logger,
  host: config.HOST,
  port: config.EMAIL_PORT,
  prepare: connectMessaging,
});
