import { z } from 'zod';

/** Of a process, server, queue or topic. */
const target = z.string().regex(/^[\w.-]{1,100}$/, 'must be the name of a process, server, queue or topic');

/** After which the fault is undone; null: it stays in effect until someone undoes it. Default 30. */
const seconds = z.int().min(1).max(3_600).nullable().optional();

export const POISON_CLASSES = ['malformed', 'business', 'transient', 'crashing'] as const;
export type PoisonClass = (typeof POISON_CLASSES)[number];

const OfProcesses = [
  z.strictObject({ kind: z.literal('kill'), target }),
  z.strictObject({ kind: z.literal('pause'), target, seconds }),
  z.strictObject({
    kind: z.literal('slow'),
    target,
    seconds,
    /** The share of the time that it runs. */
    share: z.number().min(0.05).max(0.95).default(0.2),
  }),
  z.strictObject({ kind: z.literal('stop'), target, seconds }),
  z.strictObject({ kind: z.literal('cut'), target, from: z.enum(['postgres', 'rabbitmq']) }),
] as const;

const OfMessages = [
  z.strictObject({
    kind: z.literal('poison'),
    target,
    class: z.enum(POISON_CLASSES),
    /** Of the message. Default: the first of the destination. */
    type: z.string().max(200).optional(),
    /** Of the event, for a topic: its later events wait behind it. Default: a key that no other event has. */
    key: z
      .string()
      .regex(/^[\w.:-]{1,64}$/)
      .optional(),
  }),
  z.strictObject({ kind: z.literal('duplicate'), target }),
  z.strictObject({ kind: z.literal('fill'), target, count: z.int().min(1).max(20_000).default(1_000) }),
] as const;

/** Body of POST /faults. */
export const FaultRequest = z.discriminatedUnion('kind', [...OfProcesses, ...OfMessages]);
export type FaultRequest = z.output<typeof FaultRequest>;

export type MessageFaultRequest = z.output<(typeof OfMessages)[number]>;
export type PoisonRequest = Extract<FaultRequest, { kind: 'poison' }>;

const MESSAGE_KINDS = ['poison', 'duplicate', 'fill'] as const satisfies MessageFaultRequest['kind'][];

export const isOfMessages = (request: FaultRequest): request is MessageFaultRequest =>
  (MESSAGE_KINDS as readonly string[]).includes(request.kind);

export const FAULT_KINDS = [...OfProcesses, ...OfMessages].map(({ shape }) => shape.kind.value);
