import { readFileSync } from 'node:fs';
import type { Endpoints } from '@waybill/shop-cli';
import { processTable, treeOf } from './process-table.js';

const BACKING_SERVERS = new Set(['postgres', 'rabbitmq', 'kafka', 'temporal', 'mail']);
const MIB = 1024 * 1024;

/**
 * Memory of every process with its children, as proportional set size, so that a page shared by several processes is
 * counted once (Linux, /proc/PID/smaps_rollup).
 */
export async function memory({ processes }: Endpoints): Promise<void> {
  console.log('memory: proportional set size with children, MiB');
  const table = processTable();
  let services = 0;
  let all = 0;
  for (const [name, pid] of Object.entries(processes)) {
    const mib = treeOf(name, pid, table).reduce((sum, member) => sum + proportionalSetSize(member.pid), 0) / MIB;
    all += mib;
    if (!BACKING_SERVERS.has(name)) services += mib;
    console.log(`  ${name.padEnd(20)} ${mib.toFixed(0).padStart(6)}`);
  }
  console.log(
    `  ${'services'.padEnd(20)} ${services.toFixed(0).padStart(6)}\n  ${'all'.padEnd(20)} ${all.toFixed(0).padStart(6)}`,
  );
}

function proportionalSetSize(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) * 1024;
}
