import { z } from 'zod';

/** Parsers of the files that `npm run invariants` accepts. Each throws an error that names the line. */

/** One order id a line, plain, as a JSON string, or in a JSON object as `orderId`. */
export function parseAcceptedOrders(text: string): string[] {
  return lines(text).map(({ line, where }) => {
    if (!/^["{]/.test(line)) return line;
    const value = json(z.union([z.string(), z.object({ orderId: z.string() })]), line, where);
    return typeof value === 'string' ? value : value.orderId;
  });
}

/** JSON lines `{ key, orderId }`, one for each 202 response. */
export function parseKeys(text: string): { key: string; orderId: string }[] {
  const KeyUse = z.object({ key: z.string(), orderId: z.string() });
  return lines(text).map(({ line, where }) => json(KeyUse, line, where));
}

/** One JSON object, SKU to units. */
export function parseInitialStock(text: string): Record<string, number> {
  return json(z.record(z.string(), z.int().nonnegative()), text, 'the file');
}

function lines(text: string): { line: string; where: string }[] {
  return text
    .split('\n')
    .map((line, n) => ({ line: line.trim(), where: `line ${n + 1}` }))
    .filter(({ line }) => line !== '');
}

function json<Value>(schema: z.ZodType<Value>, text: string, where: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${where}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ')}`,
  );
}
