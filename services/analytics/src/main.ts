import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess } from '@waybill/platform/nest';
import { AnalyticsModule } from './analytics.module.js';
import { readConfig } from './config.js';

await runProcess({ name: 'analytics', config: readConfig(), module: AnalyticsModule, prepare: connectMessaging });
