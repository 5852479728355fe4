import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stdout } from './progress.js';
import type { Settings } from './settings.js';
import { stop } from './stop.js';

/** `npm run reset -- --yes`: stops the system and deletes its data and logs, so that the next start begins with nothing. */
export async function reset(settings: Settings, isConfirmed: boolean): Promise<number> {
  const folders = ['data', 'logs'].map((name) => join(settings.home, name)).filter((folder) => existsSync(folder));
  if (folders.length === 0) {
    stdout.line(`There is nothing to delete in ${settings.home}.`);
    return 0;
  }
  if (!isConfirmed) {
    stdout.line(
      `This stops the system and deletes all its orders, messages, mails and logs:\n  ${folders.join('\n  ')}`,
    );
    stdout.line('To do it: npm run reset -- --yes');
    return 1;
  }
  if ((await stop(settings)) !== 0) return 1;
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  stdout.line('Deleted. npm start begins anew.');
  return 0;
}
