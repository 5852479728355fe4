import { z } from 'zod';
import { type FieldError, Problem } from './problem.js';

/** Parses the input; an invalid one is a 400 that names each field. */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const problems = unacceptable(input);
  if (problems.length) throw new Problem('invalid-request', { errors: problems });
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid-request', { errors: parsed.error.issues.flatMap(fieldErrors) });
}

/** A UUID in a request. In capitals it is the same id. */
export const uuid = () => z.uuid().toLowerCase();

const JSON_NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A number in a query, written as in JSON: JavaScript also takes '' and '0x1' for numbers. */
export const queryNumber = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((text) => (typeof text === 'string' && JSON_NUMBER.test(text) ? Number(text) : text), schema);

/** The id in a path segment; undefined when it cannot be one. */
export const parseId = (segment: string): string | undefined => uuid().safeParse(segment).data;

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ field: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'unknown field' }));
}

const MAX_DEPTH = 100;

/** PostgreSQL stores neither NUL nor half of a surrogate pair, and no schema needs deep nesting. */
function unacceptable(value: unknown, path: readonly string[] = []): FieldError[] {
  if (typeof value === 'string') {
    const isStorable = value.isWellFormed() && !value.includes('\0');
    return isStorable ? [] : [{ field: path.join('.'), message: 'must be Unicode text without NUL' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (path.length >= MAX_DEPTH) return [{ field: path[0]!, message: `is nested deeper than ${MAX_DEPTH}` }];
  return Object.entries(value).flatMap(([key, property]) => [
    ...unacceptable(key, path),
    ...unacceptable(property, [...path, key]),
  ]);
}
