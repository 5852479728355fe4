import { createHash } from 'node:crypto';
import type { FailureClass } from '@waybill/messaging';

/** What failures have in common that have the same cause. */
export interface FailureGroup {
  /** Short name of the group: a hash of the rest. */
  group: string;
  class: FailureClass;
  /** The error with its variable parts replaced. */
  pattern: string;
  /** Function and file of the first line of the stack that is not a dependency's; empty when there is none. */
  place: string;
}

export function failureGroupOf(failure: {
  class: FailureClass;
  error: string;
  stack?: string | undefined;
}): FailureGroup {
  const pattern = patternOf(failure.error);
  const place = placeOf(failure.stack ?? '');
  const group = createHash('sha256').update([failure.class, pattern, place].join('\n')).digest('hex').slice(0, 16);
  return { group, class: failure.class, pattern, place };
}

const LONGEST_PATTERN = 300;

/** The order matters: a time has numbers in it, an id may look like one. */
const VARIABLE_PARTS: [RegExp, string][] = [
  [/"(?:[^"\\]|\\.)*"/g, '<text>'],
  [/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '<id>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, '<address>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b\d+(?:\.\d+)?\b/g, '<n>'],
  // A parser shows the very character that it did not expect.
  [/token '?.'?(?=[ ,])/gu, 'token <character>'],
];

function patternOf(error: string): string {
  return VARIABLE_PARTS.reduce((text, [part, name]) => text.replace(part, name), error).slice(0, LONGEST_PATTERN);
}

/** Without line numbers: the next release moves them. */
function placeOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const frame = frames.find((line) => !/node_modules|node:|<anonymous>/.test(line)) ?? frames[0] ?? '';
  const [, called, path] = /at (?:async )?(?:(.*) \()?(?:file:\/\/)?(.*?)(?::\d+){0,2}\)?$/.exec(frame.trim()) ?? [];
  const file = path?.split(/[\\/]/).at(-1) ?? '';
  return called ? `${called} (${file})` : file;
}
