import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The libraries' migrations are recorded with a checksum of their SQL in the default schema, which is the project's name. By the
 * old checksum of each, the new one: tests hold them.
 */
export function migrationChecksums(root: string, from: string, to: string): Map<string, string> {
  const paths = globSync('libs/*/sql/*.sql', { cwd: root });
  const texts = paths.map((path) => readFileSync(join(root, path), 'utf8'));
  return new Map(texts.map((text) => [checksumOf(text, from), checksumOf(text, to)]));
}

const checksumOf = (text: string, schema: string): string =>
  createHash('sha256')
    .update(text.replaceAll(':schema.', `${schema}.`))
    .digest('hex');
