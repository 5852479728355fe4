/** In place of what is personal. */
export const MASK = '•••';

const ADDRESS = /[\p{L}\p{N}_.%+-]+@[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+/gu;
/** In bytes that are no JSON, read as Latin-1: letters of UTF-8 are two to four of its upper half, and JSON may write @ by its number. */
const ADDRESS_IN_BYTES = /[\w.%+\x80-\xff-]+(?:@|\\u0040)[\w\x80-\xff-]+(\.[\w\x80-\xff-]+)+/g;
/** What is nested deeper is masked as a whole. */
const DEEPEST = 100;

/** Personal data are the values of these fields, at any depth, and whatever looks like a mail address. */
export interface PersonalData {
  fields: ReadonlySet<string>;
}

/**
 * A body without personal data. JSON is written anew, other bytes keep their length. The same bytes when there are none, and no
 * property is written twice, of which only the last would be looked at.
 */
export function maskBody(bytes: Buffer, personal: PersonalData): Buffer {
  const json = jsonIn(bytes);
  if (!json) return maskBytes(bytes);
  const masked = JSON.stringify(maskValue(json.document, personal));
  const isUnchanged = masked === JSON.stringify(json.document) && stringsIn(masked) === stringsIn(json.text);
  return isUnchanged ? bytes : Buffer.from(masked);
}

/** A property that is written twice has its name once more. */
const stringsIn = (json: string): number => json.match(/"(?:[^"\\]|\\.)*"/g)?.length ?? 0;

export const maskText = (text: string): string => text.replace(ADDRESS, MASK);

const maskBytes = (bytes: Buffer): Buffer => {
  const text = bytes.toString('latin1');
  const masked = text.replace(ADDRESS_IN_BYTES, (address) => '*'.repeat(address.length));
  return masked === text ? bytes : Buffer.from(masked, 'latin1');
};

function maskValue(value: unknown, personal: PersonalData, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return MASK;
  if (Array.isArray(value)) return value.map((one) => maskValue(one, personal, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, property]) => [
      name,
      personal.fields.has(name) && property !== null ? MASK : maskValue(property, personal, depth + 1),
    ]),
  );
}

/** Undefined when it is no JSON, or so deep that JavaScript cannot write it. */
function jsonIn(bytes: Buffer): { text: string; document: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const document: unknown = JSON.parse(text);
    JSON.stringify(document);
    return { text, document };
  } catch {
    return undefined;
  }
}
