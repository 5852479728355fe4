import { z } from 'zod';

/** Parts of OpenAPI 3.1 documents, so that each API's document reads as what it has to say. */

export const json = (schema: object, example?: object) => ({
  'application/json': { schema, ...(example && { example }) },
});

export const record = (required: Record<string, object>, optional: Record<string, object> = {}) => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
});

export const arrayOf = (items: object) => ({ type: 'array', items });

/** One of the document's `components.schemas`. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A page of those. */
export const pageSchema = (name: string) =>
  record({ items: arrayOf(ref(name)), nextCursor: { type: ['string', 'null'] } });

/** What a request may say, by the schema that checks it. */
export function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** The parameters of a query, by the schema that checks it. */
export const queryOf = (schema: z.ZodObject) =>
  Object.entries(schema.shape).map(([name, field]) => ({ name, in: 'query', schema: schemaOf(field as z.ZodType) }));

const text = { type: 'string' };

/** `components.schemas.Problem`. */
export const problemSchema = record(
  { type: text, title: text, status: { type: 'integer' } },
  { detail: text, instance: text, errors: arrayOf(record({ field: text, message: text })) },
);

/** A function that gives the responses with these status codes, each as what it means in this API. */
export function problemsOf(meaning: Record<number, string>) {
  const content = { 'application/problem+json': { schema: ref('Problem') } };
  return (...statuses: number[]) =>
    Object.fromEntries(statuses.map((code) => [code, { description: meaning[code], content }]));
}
