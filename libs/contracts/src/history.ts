import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { breakingChanges, type JsonSchema, jsonSchemaOf } from '@waybill/messaging';
import type { Contract } from '@waybill/messaging/contract';

/** A published version of a message, in `history/<type>.json`. Messages of it stay in topics and queues forever. */
export interface PublishedVersion {
  type: string;
  /** Of the body. It may gain optional properties; any other change is a new version. Absent until it is recorded. */
  schema?: JsonSchema;
  /** Bodies as they were sent. Add new ones, never change an existing one. */
  samples: object[];
}

const folder = fileURLToPath(new URL('../history/', import.meta.url));

export function readHistory(): PublishedVersion[] {
  return globSync('*.json', { cwd: folder })
    .sort()
    .map((file) => JSON.parse(readFileSync(folder + file, 'utf8')) as PublishedVersion);
}

/** Records a new or extended contract; throws when the change breaks a consumer. You add the samples by hand. */
export function recordVersion(contract: Contract, published: PublishedVersion | undefined): void {
  const schema = jsonSchemaOf(contract);
  const breaking = published?.schema ? breakingChanges(published.schema, schema) : [];
  if (breaking.length > 0) {
    throw new Error(
      `${contract.type} is already published; make this breaking change a new version:\n  ${breaking.join('\n  ')}`,
    );
  }
  const file: PublishedVersion = { type: contract.type, schema, samples: published?.samples ?? [] };
  writeFileSync(`${folder}${contract.type}.json`, `${JSON.stringify(file, null, 2)}\n`);
}
