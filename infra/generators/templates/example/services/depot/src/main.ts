import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess, serveOpenApi } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { DepotModule } from './depot.module.js';
import { openApiDocument } from './http/openapi.js';

await runProcess({
  name: 'depot',
  config: readConfig(),
  module: DepotModule,
  async prepare(app) {
    serveOpenApi(app, openApiDocument());
    await connectMessaging(app);
  },
});
