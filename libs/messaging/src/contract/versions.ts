import type { Contract } from './contract.js';

/** What a schema says about one field. */
export interface SchemaIssue {
  /** Path with dots, such as `items.0.quantity`; empty for the whole body. */
  field: string;
  message: string;
}

/** The body does not match the version it claims, or its conversion does not match the next version. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';

  constructor(
    message: string,
    /** None when there is no way to the version that is read. */
    readonly issues: readonly SchemaIssue[] = [],
  ) {
    super(message);
  }
}

/** This version and all that it replaces, the newest first. */
export function readableTypes(contract: Contract): string[] {
  return [contract.type, ...(contract.replaces ? readableTypes(contract.replaces.contract) : [])];
}

/**
 * The body of a message of some version as this contract's body: an earlier one passes every upcaster in between. Each step
 * is validated, so that an error names the faulty upcaster. Throws `SchemaMismatch`.
 */
export function readBody(contract: Contract, type: string, body: unknown): unknown {
  const { replaces } = contract;
  if (type === contract.type) return checked(contract, body);
  if (!replaces) throw new SchemaMismatch(`no upcaster from ${type} to ${contract.type}`);
  return checked(contract, replaces.convert(readBody(replaces.contract, type, body) as never));
}

function checked({ schema, type }: Contract, body: unknown): unknown {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  const all = issues.map(({ field, message }) => `${field || 'body'}: ${message}`);
  throw new SchemaMismatch(`not a ${type}: ${all.join('; ')}`, issues);
}
