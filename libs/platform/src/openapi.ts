import { z } from 'zod';

/** Building blocks of OpenAPI 3.1 documents. */

export const types = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  uuid: { type: 'string', format: 'uuid' },
  /** RFC 3339. */
  time: { type: 'string', format: 'date-time' },
};
const { text } = types;

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

/** What any request may get. */
const ANY_REQUEST: Record<number, string> = {
  400: 'Malformed or invalid; `errors` names the fields',
  503: 'The database is unavailable: see Retry-After',
};

/** What a request with a body may get as well. */
const WITH_BODY: Record<number, string> = {
  413: 'The body is larger than 256 KiB',
  415: 'The body is not application/json, or has a Content-Encoding',
};

const HEADERS: Record<number, object> = {
  401: { 'WWW-Authenticate': { schema: text } },
  409: { 'Retry-After': { description: 'When a retry may succeed', schema: text } },
  429: { 'Retry-After': { required: true, schema: text } },
  503: { 'Retry-After': { schema: text } },
};

const problems = (meaning: Record<number, string>) =>
  Object.fromEntries(
    Object.entries(meaning).map(([status, description]) => [
      status,
      {
        description,
        ...(HEADERS[Number(status)] && { headers: HEADERS[Number(status)] }),
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    ]),
  );

/** The errors of an operation without a body: by status, what each means in this API. */
export const problemsOf = (meaning: Record<number, string> = {}) => problems({ ...ANY_REQUEST, ...meaning });

/** The errors of an operation with a body. */
export const problemsWithBody = (meaning: Record<number, string> = {}) =>
  problems({ ...ANY_REQUEST, ...WITH_BODY, ...meaning });

/** The security scheme of operations for operators, by its name. */
export const operatorToken = { operatorToken: { type: 'http', scheme: 'bearer' } };
