import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess, serveOpenApi } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { openApiDocument } from './http/openapi.js';
import { InventoryModule } from './inventory.module.js';

await runProcess({
  name: 'inventory',
  config: readConfig(),
  module: InventoryModule,
  async prepare(app) {
    serveOpenApi(app, openApiDocument());
    await connectMessaging(app);
  },
});
