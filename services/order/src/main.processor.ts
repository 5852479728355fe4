import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger } from '@waybill/platform';
import { runProcess } from '@waybill/platform/nest';
import { readProcessorConfig } from './config.js';
import { OrderProcessorModule } from './order-processor.module.js';

const config = readProcessorConfig();
const logger = createLogger({ service: 'order-processor', level: config.LOG_LEVEL });

await runProcess({
  module: OrderProcessorModule.with(config, logger),
  logger,
  host: config.HOST,
  port: config.ORDER_PROCESSOR_PORT,
  prepare: connectMessaging,
});
