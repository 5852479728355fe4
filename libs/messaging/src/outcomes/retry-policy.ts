import { BusinessRejection, CrashedProcess, MalformedMessage } from './handler-errors.js';

export const FAILURE_CLASSES = ['malformed', 'business', 'transient', 'crashing'] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** The class with this name; what has none is taken for transient. */
export const classNamed = (name: string): FailureClass =>
  FAILURE_CLASSES.find((known) => known === name) ?? 'transient';

/** How often a message that failed for a transient reason is tried again before it is given up. */
export const MAX_RETRIES = 3;
/** How many processes may end while they handle a message alone before it is given up. */
export const MAX_CRASHES = 3;

const FIRST_DELAY = 500;

export function classOf(error: unknown): FailureClass {
  if (error instanceof MalformedMessage) return 'malformed';
  if (error instanceof BusinessRejection) return 'business';
  if (error instanceof CrashedProcess) return 'crashing';
  return 'transient';
}

/** Whether a message is given up after its `attempts`-th failure; of one that is crashing, after so many crashes. */
export function isDeadLetter(failure: FailureClass, attempts: number): boolean {
  if (failure === 'crashing') return attempts >= MAX_CRASHES;
  return failure === 'malformed' || failure === 'business' || attempts > MAX_RETRIES;
}

/**
 * Milliseconds until the next try after `attempts` failures: anything up to an exponentially growing bound (full jitter),
 * so that what failed together does not come back together.
 */
export function retryDelay(attempts: number, random: () => number = Math.random): number {
  return Math.ceil(random() * FIRST_DELAY * 4 ** (attempts - 1));
}
