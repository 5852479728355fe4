import { type ServerName, servers } from '@waybill/system';
import type { Provider } from '../provider.js';
import { kafka } from './kafka.js';
import { mail } from './mail.js';
import { nats } from './nats.js';
import { postgres } from './postgres.js';
import { rabbitmq } from './rabbitmq.js';
import { sqs } from './sqs.js';
import { temporal } from './temporal.js';

const BY_NAME: Record<ServerName, Provider> = { postgres, rabbitmq, kafka, nats, sqs, temporal, mail };

/** Of all declared servers; they start concurrently. */
export const providers: readonly Provider[] = servers.map(({ name }) => BY_NAME[name]);
