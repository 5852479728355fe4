import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess } from '@waybill/platform/nest';
import { readProcessorConfig } from './config.js';
import { OrderProcessorModule } from './order-processor.module.js';

await runProcess({
  name: 'order-processor',
  config: readProcessorConfig(),
  module: OrderProcessorModule,
  prepare: connectMessaging,
});
