import { AUDITED_ACTIONS, BATCH_STATUSES, STATUSES } from '@waybill/dlq';
import { FAILURE_CLASSES } from '@waybill/messaging';
import { pageQuery, uuid } from '@waybill/platform';
import { z } from 'zod';

/** PostgreSQL stores none. `validate` rejects it everywhere; here the OpenAPI document says so. */
const NUL = String.raw`\u0000`;

const text = z
  .string()
  .max(1_000)
  .regex(new RegExp(`^[^${NUL}]+$`), 'must be 1 to 1,000 characters without NUL');

const filter = {
  /** Queue or topic. */
  source: text.optional(),
  /** Service or group. */
  consumer: text.optional(),
  class: z.enum(FAILURE_CLASSES).optional(),
  type: text.optional(),
  key: text.optional(),
  messageId: text.optional(),
  /** Group of the same failure. */
  group: text.optional(),
};

/** Query of GET /dead-letters. */
export const DeadLetterListQuery = z.strictObject({
  ...pageQuery,
  cursor: uuid().optional(),
  ...filter,
  status: z.enum(STATUSES).optional(),
});

/** Query of GET /dead-letters/groups. */
export const GroupListQuery = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^\d{1,9}-[0-9a-f]{16}$/)
    .optional(),
  ...filter,
  status: z.enum(STATUSES).default('waiting'),
});

const position = z
  .string()
  .regex(/^\d{1,18}$/)
  .optional();

/** Query of GET /dead-letters/{id}/parked. */
export const ParkedPageQuery = z.strictObject({ ...pageQuery, cursor: position });

/** Query of GET /dead-letters/batches. */
export const BatchListQuery = z.strictObject({
  ...pageQuery,
  cursor: uuid().optional(),
  status: z.enum(BATCH_STATUSES).optional(),
});

/** Query of GET /dead-letters/audit. */
export const AuditListQuery = z.strictObject({
  ...pageQuery,
  cursor: position,
  by: text.optional(),
  action: z.enum(AUDITED_ACTIONS).optional(),
});

const version = z.int().positive().optional();

/** Body of POST /dead-letters/{id}/resubmit. */
export const ResubmitRequest = z.strictObject({
  /** Replaces the dead letter's body: a string as it is, anything else as JSON. */
  body: z.unknown().optional(),
  /** The version of the dead letter that the operator has seen. */
  version,
  /** Even if it was resubmitted too often. */
  force: z.boolean().default(false),
});

const reason = z
  .string()
  .max(1_000)
  .regex(new RegExp(`^[^${NUL}]*[^${NUL}\\s][^${NUL}]*$`), 'must say something')
  .trim();

/** Body of POST /dead-letters/{id}/discard. */
export const DiscardRequest = z.strictObject({ reason, version });

const waiting = z.strictObject({ ...filter, status: z.literal('waiting').optional() });

/** Body of POST /dead-letters/resubmit. */
export const ResubmitManyRequest = z.strictObject({
  filter: waiting.transform(({ status: _, ...criteria }) => criteria),
  limit: z.int().min(1).max(1_000_000).optional(),
  ratePerSecond: z.number().min(0.01).max(1_000).optional(),
  dryRun: z.boolean().default(false),
  /** Includes dead letters that were resubmitted too often. Has no effect on discarding. */
  force: z.boolean().default(false),
});

/** Body of POST /dead-letters/discard. */
export const DiscardManyRequest = ResubmitManyRequest.extend({ reason });
