/** What a test needs of a message contract; those of `defineEvent` and `defineTask` fit. */
export interface TestContract<Body> {
  type: string;
  destination: { name: string };
  subjectOf(body: Body): string;
}

/** Changes to a message before it is sent. */
export interface Changes {
  /** Repeat an id to send a duplicate. Default: a new one. */
  id?: string;
  /** Sent instead of the encoded body. */
  bytes?: string | Buffer;
  /** Sent in addition to the attributes. */
  headers?: Record<string, string>;
}

/** CloudEvents 1.0 in binary mode, each attribute a header with this prefix. Independent of the code under test. */
export function cloudEvent<Body>(prefix: string, contract: TestContract<Body>, body: Body, changes: Changes) {
  const { id, bytes, headers: more } = changes;
  const attributes = {
    specversion: '1.0',
    id: id ?? crypto.randomUUID(),
    type: contract.type,
    source: '/test',
    subject: contract.subjectOf(body),
    time: new Date().toISOString(),
  };
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [prefix + name, value]));
  const encoded = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes ?? JSON.stringify(body));
  return { ...attributes, headers: { ...headers, ...more }, bytes: encoded };
}
