import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { ConsoleModule } from './console.module.js';
import { serveDocs } from './http/docs.js';
import { forwardToProcesses } from './http/forward.js';
import { servePage } from './http/page.js';

const config = readConfig();
await runProcess({
  name: 'console',
  config,
  module: ConsoleModule,
  prepare(app) {
    serveDocs(app);
    servePage(app);
    forwardToProcesses(app, config.PROCESS_URLS, config.OPERATOR_TOKEN);
  },
});
