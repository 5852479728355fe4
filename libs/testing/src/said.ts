/** What a test has to know of a contract to say it; fits those of `defineEvent` and `defineTask`. */
export interface Said<Body> {
  type: string;
  destination: { name: string };
  subjectOf(body: Body): string;
}

/** What is changed in a message before it is sent. */
export interface Changes {
  /** The same id again is the same message again. Default a new one. */
  id?: string;
  /** What is sent in place of the body. */
  bytes?: string | Buffer;
  /** What is sent beside the attributes. */
  headers?: Record<string, string>;
}

/** CloudEvents 1.0 in binary mode, each attribute a header behind this prefix. Written anew, so that tests know our bytes from outside. */
export function cloudEvent<Body>(prefix: string, contract: Said<Body>, body: Body, changes: Changes) {
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
