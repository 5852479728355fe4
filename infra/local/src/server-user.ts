import { chownSync } from 'node:fs';
import { run } from './run.js';

export interface ServerUser {
  uid: number;
  gid: number;
}

/** The user that PostgreSQL runs as, because it refuses to run as root. Undefined unless we are root. */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const name = await run('id', ['-u', 'postgres']).then(
    () => 'postgres',
    () => 'nobody',
  );
  return { uid: Number(await run('id', ['-u', name])), gid: Number(await run('id', ['-g', name])) };
}

/** The command as that user, who may still traverse folders that only root can enter, such as root's home. */
export function asServerUser(user: ServerUser | undefined, command: readonly string[]): readonly string[] {
  if (!user) return command;
  const rights = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  return [
    'setpriv',
    '--reuid',
    String(user.uid),
    '--regid',
    String(user.gid),
    '--clear-groups',
    ...rights,
    '--',
    ...command,
  ];
}

export function giveToServerUser(user: ServerUser | undefined, path: string): void {
  if (user) chownSync(path, user.uid, user.gid);
}
