import type { Provider } from '../provider.js';
import { kafka } from './kafka.js';
import { mail } from './mail.js';
import { postgres } from './postgres.js';
import { rabbitmq } from './rabbitmq.js';
import { temporal } from './temporal.js';

/** In the order in which they are shown; they start side by side and stop in reverse. */
export const providers: readonly Provider[] = [postgres, rabbitmq, kafka, temporal, mail];
