import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './settings.js';

/** Versions and places of what the system runs on; also read by doctor.mjs, which runs before anything is installed. */
export const toolchain = JSON.parse(readFileSync(join(root, 'infra', 'local', 'toolchain.json'), 'utf8')) as {
  postgres: { oldest: number; npm: string; folders: string[] };
  rabbitmq: { folders: string[] };
  java: { oldest: number; folders: string[] };
  kafka: { version: string; log4j: string };
  nats: { version: string; oldest: string };
  elasticmq: { version: string };
  /** Official archives at `downloads`, with their checksums. */
  temporal: { version: string; go: string[]; downloads: string; sha256: Record<string, string> };
  maildev: { version: string };
};
