import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

/** A process and all that descend from it, parents first. A signal to PostgreSQL's server alone reaches no connection. */
export function processTree(root: number): number[] {
  const childrenOf = Map.groupBy(process.platform === 'linux' ? fromProc() : fromPs(), ([, parent]) => parent);
  const tree = [root];
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []).map(([child]) => child));
  return tree;
}

type PidAndParent = [pid: number, parent: number];

/** Field 4 of /proc/PID/stat. */
function fromProc(): PidAndParent[] {
  return globSync('/proc/[0-9]*/stat').flatMap((path) => {
    try {
      const parent = readFileSync(path, 'utf8').split(') ').at(-1)!.split(' ')[1];
      return [[Number(path.split('/')[2]), Number(parent)] as PidAndParent];
    } catch {
      return []; // It has just ended.
    }
  });
}

function fromPs(): PidAndParent[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).map(Number) as PidAndParent);
}
