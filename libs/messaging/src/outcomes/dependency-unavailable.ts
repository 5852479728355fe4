import { faultOf } from '@waybill/outbox';
import { isExplicit } from './handler-errors.js';

/** Whether a dependency of the handler is unavailable. Then the message is not to blame. */
export const isDependencyUnavailable = (error: unknown): boolean =>
  !isExplicit(error) && faultOf(error) === 'unavailable';

/** Whether a transaction lost against another one (serialization failure, deadlock) and can be retried immediately. */
export const isConflict = (error: unknown): boolean => !isExplicit(error) && faultOf(error) === 'conflict';
