import { createHash } from 'node:crypto';
import type { FailureClass } from '@waybill/messaging';

/** What failures with the same cause have in common. */
export interface FailureGroup {
  /** Short hash of the other fields. */
  group: string;
  class: FailureClass;
  /** The error with its variable parts replaced. */
  pattern: string;
  /** Function and file of the first stack line outside of dependencies; empty when there is none. */
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

const MAX_PATTERN_LENGTH = 300;

/** The order matters: a time contains numbers, and an id may look like one. */
const VARIABLE_PARTS: [RegExp, string][] = [
  [/"(?:[^"\\]|\\.)*"/g, '<text>'],
  [/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '<id>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, '<address>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b\d+(?:\.\d+)?\b/g, '<n>'],
  // JSON.parse quotes the unexpected character.
  [/token '?.'?(?=[ ,])/gu, 'token <character>'],
];

function patternOf(error: string): string {
  return VARIABLE_PARTS.reduce((text, [part, name]) => text.replace(part, name), error).slice(0, MAX_PATTERN_LENGTH);
}

/** Without line numbers, which change with the next release. */
function placeOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const frame = frames.find((line) => !/node_modules|node:|<anonymous>/.test(line)) ?? frames[0] ?? '';
  const [, called, path] = /at (?:async )?(?:(.*) \()?(?:file:\/\/)?(.*?)(?::\d+){0,2}\)?$/.exec(frame.trim()) ?? [];
  const file = path?.split(/[\\/]/).at(-1) ?? '';
  return called ? `${called} (${file})` : file;
}
