/** A CloudEvent in structured mode: attributes and data are one JSON document, whatever the transport's headers say. */
export interface StructuredEvent {
  /** By name, without a prefix; `datacontenttype` included. */
  attributes: Record<string, string>;
  /** The bytes that a message in binary mode would have as its body. */
  data: Buffer;
}

const STRUCTURED = /^application\/cloudevents\+json\s*(;|$)/i;
const JSON_TYPE = /^[^;]*[/+]json\s*(;|$)/i;

/** Undefined for any other content type, and for a document that is no CloudEvent: then the message is what its headers say. */
export function structuredEvent(contentType: string | undefined, bytes: Buffer): StructuredEvent | undefined {
  if (!contentType || !STRUCTURED.test(contentType)) return undefined;
  const document = parsed(bytes);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  const { data, data_base64: base64, ...rest } = document as Record<string, unknown>;
  const attributes = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === null ? [] : [[name, textOf(value)]])),
  );
  return { attributes, data: dataOf(data, base64, attributes.datacontenttype) };
}

/** Its attributes as the headers of a transport's binary mode. */
export const attributeHeaders = (attributes: Record<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [prefix + name, value]));

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Text that is not JSON stands in `data` as a string. */
function dataOf(data: unknown, base64: unknown, contentType = 'application/json'): Buffer {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  if (data === undefined) return Buffer.alloc(0);
  if (typeof data === 'string' && !JSON_TYPE.test(contentType)) return Buffer.from(data);
  return Buffer.from(JSON.stringify(data));
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
