import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { ConsoleModule } from './console.module.js';
import { serve } from './http/serve.js';

const config = readConfig();
await runProcess({
  name: 'console',
  config,
  module: ConsoleModule,
  prepare: (app) => serve(app, config),
});
