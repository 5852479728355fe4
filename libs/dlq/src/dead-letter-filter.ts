import type { FailureClass } from '@waybill/messaging';
import type { DeadLetterStatus } from './dead-letter.js';

/** Selects dead letters; an omitted field matches all. */
export interface DeadLetterFilter {
  source?: string | undefined;
  consumer?: string | undefined;
  class?: FailureClass | undefined;
  status?: DeadLetterStatus | undefined;
  type?: string | undefined;
  key?: string | undefined;
  messageId?: string | undefined;
  /** Dead letters of the same failure. */
  group?: string | undefined;
}

const COLUMN_OF: Record<keyof DeadLetterFilter, string> = {
  source: 'source',
  consumer: 'consumer',
  class: 'class',
  status: 'status',
  type: 'type',
  key: 'key',
  messageId: 'message_id',
  group: 'failure_group',
};

/** The filter as conditions on ``dead_letters`, each with its parameter. */
export function conditions(filter: DeadLetterFilter): { where: string[]; params: unknown[] } {
  const params: unknown[] = [];
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const where = given.map(([name, value]) => `${COLUMN_OF[name as keyof DeadLetterFilter]} = $${params.push(value)}`);
  return { where: ['true', ...where], params };
}
