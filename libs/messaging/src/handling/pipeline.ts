import type { CrashSuspicion } from '../attempts/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import type { Registration } from './handler.js';

/** One message on its way through the middlewares to its handler. */
export interface Delivery {
  message: ReceivedMessage;
  registration: Registration;
  /** Decoded and valid; set by the decode middleware. */
  body?: unknown;
  signal: AbortSignal;
  /** A process died while this message was in flight. */
  suspicion?: CrashSuspicion | undefined;
}

/** Wraps the handling of a delivery; calls `next` to continue, throws to end it. */
export type Middleware = (delivery: Delivery, next: () => Promise<void>) => Promise<void>;

/** The middlewares around each other, the first one outermost. */
export function pipeline(...middlewares: Middleware[]): (delivery: Delivery) => Promise<void> {
  return (delivery) => {
    const from = (index: number): Promise<void> => {
      const middleware = middlewares[index];
      return middleware ? middleware(delivery, () => from(index + 1)) : Promise.resolve();
    };
    return from(0);
  };
}
