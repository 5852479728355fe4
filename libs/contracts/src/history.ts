import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { breakingChanges, type JsonSchema, jsonSchemaOf } from '@waybill/messaging';
import type { Contract } from '@waybill/messaging/contract';

/** A version of a message as it was published, in `history/<type>.json`. Messages like these are out there for ever. */
export interface Published {
  type: string;
  /** Of the body. Grows by optional properties; anything else is a new version. */
  schema: JsonSchema;
  /** Bodies as they were sent. New ones are added, none is ever changed. */
  samples: object[];
}

const folder = fileURLToPath(new URL('../history/', import.meta.url));

export function readHistory(): Published[] {
  return globSync('*.json', { cwd: folder })
    .sort()
    .map((file) => JSON.parse(readFileSync(folder + file, 'utf8')) as Published);
}

/** Writes down a contract that is new or has grown; throws when its change breaks somebody. Samples are added by hand. */
export function publish(contract: Contract, published: Published | undefined): void {
  const schema = jsonSchemaOf(contract);
  const breaking = published ? breakingChanges(published.schema, schema) : [];
  if (breaking.length > 0) {
    throw new Error(`${contract.type} is published; a breaking change is a new version:\n  ${breaking.join('\n  ')}`);
  }
  const file: Published = { type: contract.type, schema, samples: published?.samples ?? [] };
  writeFileSync(`${folder}${contract.type}.json`, `${JSON.stringify(file, null, 2)}\n`);
}
