import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { ConsoleModule } from './console.module.js';
import { serveDocs } from './http/docs.js';

await runProcess({ name: 'console', config: readConfig(), module: ConsoleModule, prepare: serveDocs });
