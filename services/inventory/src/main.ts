import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { InventoryModule } from './inventory.module.js';

await runProcess({ name: 'inventory', config: readConfig(), module: InventoryModule, prepare: connectMessaging });
