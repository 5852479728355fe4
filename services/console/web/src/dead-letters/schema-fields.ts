/** A field that a JSON Schema describes, with its path as in an error. */
export interface SchemaField {
  path: string;
  type: string;
  isRequired: boolean;
  description: string;
}

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  description?: string;
}

/** All fields, depth first. */
export function fieldsOf(schema: object, prefix = ''): SchemaField[] {
  const { properties = {}, required = [] } = schema as Schema;
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const field = {
      path,
      type: typeOf(property),
      isRequired: required.includes(name),
      description: limitsOf(property),
    };
    const inner = property.items ? fieldsOf(property.items, `${path}.0.`) : fieldsOf(property, `${path}.`);
    return [field, ...inner];
  });
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(' or ');
  const type = [schema.type ?? 'any'].flat().join(' or ');
  if (schema.items) return `${type} of ${typeOf(schema.items)}`;
  return schema.format ? `${type} (${schema.format})` : type;
}

/** JavaScript's safe integers: no limit that says anything. */
const isTold = (limit: number | undefined) => limit !== undefined && Math.abs(limit) !== Number.MAX_SAFE_INTEGER;

function limitsOf({ description, pattern, ...schema }: Schema): string {
  const { minimum, exclusiveMinimum, maximum, minItems, maxItems, minLength, maxLength } = schema;
  return [
    isTold(minimum) && `at least ${minimum}`,
    isTold(exclusiveMinimum) && `more than ${exclusiveMinimum}`,
    isTold(maximum) && `at most ${maximum}`,
    minItems !== undefined && `at least ${minItems} of them`,
    maxItems !== undefined && `at most ${maxItems} of them`,
    minLength !== undefined && `at least ${minLength} characters`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    pattern !== undefined && `matches ${pattern}`,
    description,
  ]
    .filter(Boolean)
    .join(', ');
}
