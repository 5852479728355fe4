import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes, with the NUL at the end: 108 on Linux, 104 on macOS. */
const LONGEST = 104;

export interface SocketPath {
  path: string;
  remove(): void;
}

/** Of a Unix socket below `home`; where that is too long for one, in a folder of its own that only its owner can enter. */
export function socketPath(home: string): SocketPath {
  const path = join(home, 'launcher.sock');
  rmSync(path, { force: true }); // of a launcher that was killed
  if (Buffer.byteLength(path) < LONGEST) return { path, remove: () => rmSync(path, { force: true }) };
  const folder = mkdtempSync(join(tmpdir(), 'waybill-'));
  return { path: join(folder, 'launcher.sock'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
