import { pageQuery, queryNumber } from '@waybill/platform';
import { z } from 'zod';
import { CURSOR } from './topic-messages.js';

/** Query of GET /topics/{name}/messages. */
export const MessageListQuery = z.strictObject({
  ...pageQuery,
  limit: queryNumber(z.int().min(1).max(100)).default(20),
  cursor: z.string().max(2_000).regex(CURSOR).optional(),
  /** Of the event, whole. */
  key: z.string().min(1).max(1_000).optional(),
  /** Shows personal data, to operators only. */
  reveal: z.enum(['true', 'false']).default('false'),
});

/** Query of the other lists, which have one page. */
export const EmptyQuery = z.strictObject({});
