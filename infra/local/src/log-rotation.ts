import { copyFileSync, globSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT = 20 * 1024 * 1024;

/**
 * Keeps one old file beside each log that became too large. The log itself is emptied in place: its process has it open, and
 * appends. What is written between copying and emptying is lost.
 */
export function rotateLogs(home: string, limit = LIMIT): void {
  for (const log of globSync(join(home, 'logs', '*.log'))) {
    const { size } = statSync(log, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size <= limit) continue;
    copyFileSync(log, `${log}.old`);
    truncateSync(log);
  }
}
