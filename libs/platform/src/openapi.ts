import { z } from 'zod';

/** Building blocks of OpenAPI 3.1 documents. */

export const json = (schema: object, example?: object) => ({
  'application/json': { schema, ...(example && { example }) },
});

export const record = (required: Record<string, object>, optional: Record<string, object> = {}) => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
});

export const arrayOf = (items: object) => ({ type: 'array', items });

/** A reference to one of `components.schemas`. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A page of a list of these. */
export const pageSchema = (name: string) =>
  record({ items: arrayOf(ref(name)), nextCursor: { type: ['string', 'null'] } });

/** The JSON Schema of a request, from the zod schema that validates it. */
export function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** The parameters of a query, from the zod schema that validates it. */
export const queryOf = (schema: z.ZodObject) =>
  Object.entries(schema.shape).map(([name, field]) => ({ name, in: 'query', schema: schemaOf(field as z.ZodType) }));

const text = { type: 'string' };

/** `components.schemas.Problem`. */
export const problemSchema = record(
  { type: text, title: text, status: { type: 'integer' } },
  { detail: text, instance: text, errors: arrayOf(record({ field: text, message: text })) },
);

/** Returns a function from status codes to responses, each described by its meaning in this API. */
export function problemsOf(meaning: Record<number, string>) {
  const content = { 'application/problem+json': { schema: ref('Problem') } };
  return (...statuses: number[]) =>
    Object.fromEntries(statuses.map((code) => [code, { description: meaning[code], content }]));
}
