/** JSON Schema as zod writes it, as much of it as is looked at. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  [keyword: string]: unknown;
}

/** Keywords with a rule of their own, and those that only explain. */
const LOOKED_AT = new Set(['properties', 'required', 'items', 'enum']);
const ONLY_WORDS = new Set(['$schema', '$id', 'title', 'description', 'examples', 'deprecated']);

/**
 * What of a schema's change breaks somebody, each as a sentence; empty when it only grew by optional properties. Both
 * directions count: a log is read by who comes later, and a message by who has not been deployed again yet.
 */
export function breakingChanges(published: JsonSchema, present: JsonSchema, place = 'body'): string[] {
  return [
    ...goneOrChanged(published, present, place),
    ...newDemands(published, present, place),
    ...enumChanges(published, present, place),
    ...otherChanges(published, present, place),
    ...(published.items && present.items ? breakingChanges(published.items, present.items, `${place}[]`) : []),
  ];
}

function goneOrChanged(published: JsonSchema, present: JsonSchema, place: string): string[] {
  return Object.entries(published.properties ?? {}).flatMap(([name, schema]) => {
    const now = present.properties?.[name];
    return now
      ? breakingChanges(schema, now, `${place}.${name}`)
      : [`${place}.${name} is gone: who reads it finds nothing`];
  });
}

function newDemands(published: JsonSchema, present: JsonSchema, place: string): string[] {
  const before = new Set(published.required);
  const now = new Set(present.required);
  return [
    ...[...now.difference(before)].map(
      (name) => `${place}.${name} is required: messages that were sent before lack it`,
    ),
    ...[...before.difference(now)].map((name) => `${place}.${name} is optional: who reads it relies on it`),
  ];
}

function enumChanges(published: JsonSchema, present: JsonSchema, place: string): string[] {
  const [before, now] = [new Set(published.enum), new Set(present.enum)];
  return [
    ...[...before.difference(now)].map(
      (value) => `${place} can't be ${value} any more: messages that were sent say it`,
    ),
    ...[...now.difference(before)].map((value) => `${place} can be ${value}: who reads it does not know that`),
  ];
}

/** Types, patterns and bounds: looser breaks who reads, stricter breaks what was sent, so they stay. */
function otherChanges(published: JsonSchema, present: JsonSchema, place: string): string[] {
  const keywords = new Set([...Object.keys(published), ...Object.keys(present)]);
  return [...keywords.difference(LOOKED_AT).difference(ONLY_WORDS)]
    .filter((keyword) => JSON.stringify(published[keyword]) !== JSON.stringify(present[keyword]))
    .map(
      (keyword) =>
        `${place}: ${keyword} was ${JSON.stringify(published[keyword])}, is ${JSON.stringify(present[keyword])}`,
    );
}
