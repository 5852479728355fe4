import { contracts } from '@waybill/contracts';
import type { BodyError } from '@waybill/dlq';
import { type Contract, jsonSchemaOf, readableTypes, readBody, SchemaMismatch } from '@waybill/messaging';

const READERS = new Map(contracts.flatMap((contract) => readableTypes(contract).map((type) => [type, contract])));

/** Says what is wrong with the body for its type: nothing when the type is unknown. */
export function validateBody(type: string, body: Buffer): BodyError[] {
  const contract = READERS.get(type);
  if (!contract) return [];
  try {
    readBody(contract, type, JSON.parse(body.toString('utf8')));
    return [];
  } catch (error) {
    const isMismatch = error instanceof SchemaMismatch;
    if (isMismatch && error.issues.length) return [...error.issues];
    if (isMismatch || error instanceof SyntaxError) return [{ field: '', message: error.message }];
    throw error;
  }
}

/** JSON Schema of the bodies of this type; undefined when the type is unknown. */
export function schemaOfType(type: string): object | undefined {
  const contract = READERS.get(type);
  return contract && jsonSchemaOf(versionOf(contract, type));
}

/** The version of the contract with this type, which is one that it replaces. */
const versionOf = (contract: Contract, type: string): Contract =>
  contract.type === type ? contract : versionOf(contract.replaces!.contract, type);
