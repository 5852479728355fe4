import { connectMessaging } from '@waybill/messaging/nest';
import { runProcess } from '@waybill/platform/nest';
import { readConfig } from './config.js';
import { PaymentModule } from './payment.module.js';

await runProcess({ name: 'payment', config: readConfig(), module: PaymentModule, prepare: connectMessaging });
