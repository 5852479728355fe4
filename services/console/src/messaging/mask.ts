/** In place of what is personal. */
export const MASK = '•••';

const ADDRESS = /[\w.%+-]+@[\w-]+(\.[\w-]+)+/g;
/** What is nested deeper is masked as a whole. */
const DEEPEST = 100;

/** Personal data are the values of these fields, at any depth, and whatever looks like a mail address. */
export interface PersonalData {
  fields: ReadonlySet<string>;
}

/** A body without personal data. JSON is written anew, other bytes keep their length. The same bytes when there are none. */
export function maskBody(bytes: Buffer, personal: PersonalData): Buffer {
  const document = parsed(bytes);
  if (document === undefined) return maskBytes(bytes);
  const masked = JSON.stringify(maskValue(document, personal));
  return masked === JSON.stringify(document) ? bytes : Buffer.from(masked);
}

export const maskText = (text: string): string => text.replace(ADDRESS, MASK);

const maskBytes = (bytes: Buffer): Buffer => {
  const text = bytes.toString('latin1');
  const masked = text.replace(ADDRESS, (address) => '*'.repeat(address.length));
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
function parsed(bytes: Buffer): unknown {
  try {
    const document: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    JSON.stringify(document);
    return document;
  } catch {
    return undefined;
  }
}
