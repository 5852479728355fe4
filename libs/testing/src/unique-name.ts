import { randomUUID } from 'node:crypto';

/** A unique name, valid for a database, queue, topic or consumer group: `prefix_1f0c2b7a9d3e`. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}
