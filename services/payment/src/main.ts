import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess, serveOpenApi } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { openApiDocument } from './http/openapi.js';
import { PaymentModule } from './payment.module.js';

await runProcess({
  name: 'payment',
  config: readConfig(),
  module: PaymentModule,
  async prepare(app) {
    serveOpenApi(app, openApiDocument());
    await connectMessaging(app);
  },
});
