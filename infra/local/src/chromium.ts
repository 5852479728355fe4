import { findExecutable } from './find-executable.js';
import type { Output } from './progress.js';
import { hasApt, installByApt } from './system-packages.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const find = () => NAMES.map((name) => findExecutable(name)).find(Boolean);

/** The path of a Chromium: the one on PATH, else Debian's, which is installed. Rejects with the ways to get it. */
export async function findChromium(output: Output): Promise<string> {
  if (!find() && hasApt()) await installByApt(['chromium'], output);
  const found = find();
  if (!found) throw new Error('Chromium is missing: install it, or set CHROMIUM to the path of its program');
  return found;
}
