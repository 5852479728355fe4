import { createLogger } from '@waybill/platform';
import { runProcess } from '@waybill/platform/nest';
import { readApiConfig } from './config.js';
import { serveDocs } from './http/docs.js';
import { OrderApiModule } from './order-api.module.js';

const config = readApiConfig();
const logger = createLogger({ service: 'order-api', level: config.LOG_LEVEL });

await runProcess({
  module: OrderApiModule.with(config, logger),
  logger,
  host: config.HOST,
  port: config.ORDER_API_PORT,
  prepare: serveDocs,
});
