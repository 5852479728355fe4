import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess, serveOpenApi } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { EmailModule } from './email.module.js';
import { openApiDocument } from './http/openapi.js';

await runProcess({
  name: 'email',
  config: readConfig(),
  module: EmailModule,
  async prepare(app) {
    serveOpenApi(app, openApiDocument());
    await connectMessaging(app);
  },
});
