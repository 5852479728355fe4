import { existsSync, lstatSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads are kept in a folder of the project's name: the user's cache, and that of servers which root starts. */
const CACHES = [process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), '/var/cache'];

/**
 * The new name leads to the downloads of the old one, so that nothing is downloaded again. A folder that is there already
 * stays. Returns the links that were made.
 */
export function linkCaches(from: string, to: string, caches: readonly string[] = CACHES): string[] {
  return caches.flatMap((cache) => {
    const link = join(cache, to);
    if (!existsSync(join(cache, from)) || lstatSync(link, { throwIfNoEntry: false })) return [];
    symlinkSync(join(cache, from), link);
    return [link];
  });
}
