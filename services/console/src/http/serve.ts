import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config.js';
import { serveDocs } from './docs.js';
import { forwardToProcesses } from './forward.js';
import { servePage } from './page.js';

/** What the console serves beside the routes of its controllers. Call it before the application listens. */
export function serve(app: NestFastifyApplication, config: Pick<Config, 'PROCESS_URLS' | 'OPERATOR_TOKEN'>): void {
  serveDocs(app);
  servePage(app);
  forwardToProcesses(app, config.PROCESS_URLS, config.OPERATOR_TOKEN);
}
