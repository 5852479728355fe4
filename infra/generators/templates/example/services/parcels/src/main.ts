import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess, serveOpenApi } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { openApiDocument } from './http/openapi.js';
import { ParcelsModule } from './parcels.module.js';

await runProcess({
  name: 'parcels',
  config: readConfig(),
  module: ParcelsModule,
  async prepare(app) {
    serveOpenApi(app, openApiDocument());
    await connectMessaging(app);
  },
});
