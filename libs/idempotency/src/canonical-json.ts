const MAX_DEPTH = 500;

/**
 * JSON in its canonical form (RFC 8785): no white space, properties sorted by UTF-16 code units, numbers and strings as
 * ECMAScript writes them. Accepts what `JSON.parse` returns; leaves out undefined properties. Throws a RangeError for values
 * nested deeper than 500.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return primitive(value);

  const properties = Object.entries(value)
    .filter(([, property]) => property !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1)) // by code units; localeCompare would depend on the machine
    .map(([name, property]) => `${JSON.stringify(name)}:${canonicalJson(property, depth + 1)}`);
  return `{${properties.join(',')}}`;
}

function primitive(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is not JSON`);
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} is not JSON`);
  return text;
}
