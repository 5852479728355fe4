import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger } from '@waybill/platform';
import { runProcess } from '@waybill/platform/nest';
import { AnalyticsModule } from './analytics.module.js';
import { readConfig } from './config.js';

const config = readConfig();
const logger = createLogger({ service: 'analytics', level: config.LOG_LEVEL });

await runProcess({
  module: AnalyticsModule.with(config, logger),
  logger,
  host: config.HOST,
  port: config.ANALYTICS_PORT,
  prepare: connectMessaging,
});
