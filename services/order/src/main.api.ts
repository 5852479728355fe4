import { runProcess } from '@waybill/platform/nest';
import { readApiConfig } from './config.js';
import { serveDocs } from './http/docs.js';
import { OrderApiModule } from './order-api.module.js';

await runProcess({ name: 'order-api', config: readApiConfig(), module: OrderApiModule, prepare: serveDocs });
