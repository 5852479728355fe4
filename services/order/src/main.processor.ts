import { connectMessaging } from '@waybill/messaging/nest';
import { openApi } from '@waybill/platform';
import { runProcess, serveOpenApi } from '@waybill/platform/nest';
import { readProcessorConfig } from './config.js';
import { OrderProcessorModule } from './order-processor.module.js';

await runProcess({
  name: 'order-processor',
  config: readProcessorConfig(),
  module: OrderProcessorModule,
  async prepare(app) {
    const description = 'Runs the sagas; nothing but what every process serves.';
    serveOpenApi(app, openApi({ title: 'Waybill order-processor', description, paths: {}, schemas: {} }));
    await connectMessaging(app);
  },
});
