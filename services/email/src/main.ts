import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { EmailModule } from './email.module.js';

await runProcess({ name: 'email', config: readConfig(), module: EmailModule, prepare: connectMessaging });
