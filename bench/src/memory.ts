import { readdirSync, readFileSync } from 'node:fs';
import type { Endpoints } from '@waybill/shop-cli';

const BACKING_SERVERS = new Set(['postgres', 'rabbitmq', 'kafka', 'temporal', 'mail']);
const MIB = 1024 * 1024;

/**
 * Memory of every process with its children, as proportional set size, so that a page shared by several processes is
 * counted once (Linux, /proc/PID/smaps_rollup).
 */
export async function memory({ processes }: Endpoints): Promise<void> {
  console.log('memory: proportional set size with children, MiB');
  const children = childrenByParent();
  let services = 0;
  let all = 0;
  for (const [name, pid] of Object.entries(processes)) {
    const mib = withDescendants(pid, children).reduce((sum, member) => sum + proportionalSetSize(member), 0) / MIB;
    all += mib;
    if (!BACKING_SERVERS.has(name)) services += mib;
    console.log(`  ${name.padEnd(20)} ${mib.toFixed(0).padStart(6)}`);
  }
  console.log(
    `  ${'services'.padEnd(20)} ${services.toFixed(0).padStart(6)}\n  ${'all'.padEnd(20)} ${all.toFixed(0).padStart(6)}`,
  );
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(entry);
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  return children;
}

/** Undefined when the process has ended meanwhile. */
function parentOf(pid: string): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

function withDescendants(pid: number, children: Map<number, number[]>): number[] {
  return [pid, ...(children.get(pid) ?? []).flatMap((child) => withDescendants(child, children))];
}

function proportionalSetSize(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) * 1024;
}
