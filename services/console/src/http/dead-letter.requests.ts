import { STATUSES } from '@waybill/dlq';
import { FAILURE_CLASSES } from '@waybill/messaging';
import { pageQuery } from '@waybill/platform';
import { z } from 'zod';

const text = z.string().min(1).max(1_000);

const filter = {
  /** Queue or topic. */
  source: text.optional(),
  /** Service or group. */
  consumer: text.optional(),
  class: z.enum(FAILURE_CLASSES).optional(),
  type: text.optional(),
  key: text.optional(),
  messageId: text.optional(),
  /** Of the same failure. */
  group: text.optional(),
};

/** Query of GET /dead-letters. */
export const LetterListQuery = z.strictObject({
  ...pageQuery,
  cursor: z.uuid().optional(),
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

const version = z.int().positive().optional();

/** Body of POST /dead-letters/{id}/resubmit. */
export const ResubmitRequest = z.strictObject({
  /** Sent in place of the letter's own body: a string as it is, anything else as JSON. */
  body: z.json().optional(),
  /** The letter's version that the operator has seen. */
  version,
  /** Also when it was resubmitted too often. */
  force: z.boolean().default(false),
});

const reason = z.string().trim().min(1).max(1_000);

/** Body of POST /dead-letters/{id}/discard. */
export const DiscardRequest = z.strictObject({ reason, version });

const waiting = z.strictObject({ ...filter, status: z.literal('waiting').optional() });

/** Body of POST /dead-letters/resubmit. */
export const ResubmitManyRequest = z.strictObject({
  filter: waiting.transform(({ status: _, ...letters }) => letters),
  limit: z.int().min(1).max(1_000_000).optional(),
  ratePerSecond: z.number().min(0.01).max(1_000).optional(),
  dryRun: z.boolean().default(false),
  /** Resubmits also those that were resubmitted too often; discarded they are in any case. */
  force: z.boolean().default(false),
});

/** Body of POST /dead-letters/discard. */
export const DiscardManyRequest = ResubmitManyRequest.extend({ reason });

/** An id as it stands in a path: what is no UUID names nothing. */
export const isId = (id: string): boolean => z.uuid().safeParse(id).success;
