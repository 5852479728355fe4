import type { Contract } from '@waybill/messaging/contract';
import * as messages from './messages.js';

/** Every message contract, for documents and tests. Senders and handlers import the one they need. */
export const contracts: readonly Contract[] = Object.values(messages) as unknown as Contract[];
