import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess, serveOpenApi } from '@waybill/platform/nest';
import { AnalyticsModule } from './analytics.module.js';
import { readConfig } from './config.js';
import { openApiDocument } from './http/openapi.js';

await runProcess({
  name: 'analytics',
  config: readConfig(),
  module: AnalyticsModule,
  async prepare(app) {
    serveOpenApi(app, openApiDocument());
    await connectMessaging(app);
  },
});
