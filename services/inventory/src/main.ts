import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger } from '@waybill/platform';
import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { InventoryModule } from './inventory.module.js';

const config = readConfig();
const logger = createLogger({ service: 'inventory', level: config.LOG_LEVEL });

await runProcess({
  module: InventoryModule.with(config, logger),
  logger,
  host: config.HOST,
  port: config.INVENTORY_PORT,
  prepare: connectMessaging,
});
