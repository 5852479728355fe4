import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.js';

/** A secret of this system: generated once, readable by its owner only. */
export function secret({ home }: Settings, name: string): string {
  const folder = join(home, 'secrets');
  const path = join(folder, name);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, randomBytes(18).toString('hex'), { mode: 0o600 });
  }
  return readFileSync(path, 'utf8');
}
