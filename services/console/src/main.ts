import { createLogger } from '@waybill/platform';
import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { ConsoleModule } from './console.module.js';
import { serveDocs } from './http/docs.js';

const config = readConfig();
const logger = createLogger({ service: 'console', level: config.LOG_LEVEL });

await runProcess({
  module: ConsoleModule.with(config, logger),
  logger,
  host: config.HOST,
  port: config.CONSOLE_PORT,
  prepare: serveDocs,
});
