import { z } from 'zod';
import type { OptionValues } from './command-line.js';
import { endpointsOption } from './endpoints.js';
import { wholeNumber } from './whole-number.js';

export const text = z.string().min(1).optional();
export const flag = z.boolean().default(false);

export const common = {
  endpoints: endpointsOption,
  as: {
    value: 'NAME',
    help: 'your name for the history; default: your login name',
    schema: z.string().default(process.env.USER || 'operator'),
  },
  json: { help: "print the console's response as JSON", schema: flag },
};

export const filter = {
  source: { value: 'NAME', help: 'only from this queue or topic', schema: text },
  consumer: { value: 'NAME', help: 'only dead-lettered by this service or group', schema: text },
  class: { value: 'CLASS', help: 'only malformed, business, transient or crashing', schema: text },
  type: { value: 'TYPE', help: 'only messages of this type', schema: text },
  key: { value: 'KEY', help: 'only messages with this key', schema: text },
  group: { value: 'GROUP', help: 'only this group of the same failure', schema: text },
};

export const page = {
  status: {
    value: 'STATUS',
    help: 'waiting, resubmitted or discarded; default waiting',
    schema: z.string().default('waiting'),
  },
  limit: { value: 'N', help: 'at most this many; default 20', schema: wholeNumber(1_000).default(20) },
  cursor: { value: 'CURSOR', help: 'the next page of a list', schema: text },
};

export const selection = {
  ...filter,
  limit: {
    value: 'N',
    help: 'at most this many, oldest first; default all',
    schema: wholeNumber(1_000_000).optional(),
  },
  rate: {
    value: 'N',
    help: 'at most this many a second; default no limit',
    schema: z.coerce.number('must be a number').min(0.01).max(1_000).optional(),
  },
  yes: { help: 'do it, rather than report what would be done', schema: flag },
};

export type Selection = OptionValues<typeof selection>;
