/** A CloudEvents attribute out of the headers of an event or a task. */
export const attributeOf = (headers: Record<string, string>, name: string): string | undefined =>
  headers[`ce_${name}`] ?? headers[`cloudEvents:${name}`];
