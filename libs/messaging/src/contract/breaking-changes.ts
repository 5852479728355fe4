/** JSON Schema as zod writes it, the keywords that are compared. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  [keyword: string]: unknown;
}

/** Keywords with a rule of their own, and annotations, which may change. */
const WITH_OWN_RULE = new Set(['properties', 'required', 'items', 'enum']);
const ANNOTATIONS = new Set(['$schema', '$id', 'title', 'description', 'examples', 'deprecated']);

/**
 * The breaking changes of a schema, each as a sentence; empty when it only gained optional properties. Both directions
 * count: new consumers read old events, and consumers that are not deployed yet read new messages.
 */
export function breakingChanges(published: JsonSchema, present: JsonSchema, place = 'body'): string[] {
  return [
    ...removedOrChanged(published, present, place),
    ...requiredChanges(published, present, place),
    ...enumChanges(published, present, place),
    ...otherChanges(published, present, place),
    ...(published.items && present.items ? breakingChanges(published.items, present.items, `${place}[]`) : []),
  ];
}

function removedOrChanged(published: JsonSchema, present: JsonSchema, place: string): string[] {
  return Object.entries(published.properties ?? {}).flatMap(([name, schema]) => {
    const now = present.properties?.[name];
    return now
      ? breakingChanges(schema, now, `${place}.${name}`)
      : [`${place}.${name} was removed: its readers find nothing`];
  });
}

function requiredChanges(published: JsonSchema, present: JsonSchema, place: string): string[] {
  const before = new Set(published.required);
  const now = new Set(present.required);
  return [
    ...[...now.difference(before)].map(
      (name) => `${place}.${name} is now required: messages that were sent before lack it`,
    ),
    ...[...before.difference(now)].map((name) => `${place}.${name} is now optional: its readers rely on it`),
  ];
}

function enumChanges(published: JsonSchema, present: JsonSchema, place: string): string[] {
  const [before, now] = [new Set(published.enum), new Set(present.enum)];
  return [
    ...[...before.difference(now)].map(
      (value) => `${place} can no longer be ${value}: messages that were sent contain it`,
    ),
    ...[...now.difference(before)].map((value) => `${place} can now be ${value}: its readers do not know that value`),
  ];
}

/** Types, patterns and bounds: looser breaks readers, stricter breaks sent messages, so none may change. */
function otherChanges(published: JsonSchema, present: JsonSchema, place: string): string[] {
  const keywords = new Set([...Object.keys(published), ...Object.keys(present)]);
  return [...keywords.difference(WITH_OWN_RULE).difference(ANNOTATIONS)]
    .filter((keyword) => JSON.stringify(published[keyword]) !== JSON.stringify(present[keyword]))
    .map(
      (keyword) =>
        `${place}: ${keyword} was ${JSON.stringify(published[keyword])}, is ${JSON.stringify(present[keyword])}`,
    );
}
