import type { Contract } from './contract.js';

/** The body does not fit the version that it says it is, or what was made of it does not fit the version after it. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

/** This version and all that it replaces, the latest first. */
export function readableTypes(contract: Contract): string[] {
  return [contract.type, ...(contract.replaces ? readableTypes(contract.replaces.contract) : [])];
}

/**
 * The body of a message of some version as this contract's body: an earlier one passes every upcaster between. Each step
 * is checked, so that a mistake shows where it was made. Throws `SchemaMismatch`.
 */
export function readBody(contract: Contract, type: string, body: unknown): unknown {
  const { replaces } = contract;
  if (type === contract.type) return checked(contract, body);
  if (!replaces) throw new SchemaMismatch(`nothing says how to read ${type} as ${contract.type}`);
  return checked(contract, replaces.convert(readBody(replaces.contract, type, body) as never));
}

function checked({ schema, type }: Contract, body: unknown): unknown {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new SchemaMismatch(`not a ${type}: ${issues.join('; ')}`);
}
