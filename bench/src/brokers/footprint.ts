import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from '@waybill/system';
import { processTable, treeOf } from '../process-table.js';
import type { Broker } from './broker.js';

const KIB_IN_MIB = 1_024;
const BLOCK = 512;
const MIB = 1_024 * 1_024;

/** Resident memory of the broker's process and its children. */
export function memoryOf({ name, pid }: Broker): Figure {
  const pids = treeOf(name, pid(), processTable()).map((entry) => entry.pid);
  const lines = execFileSync('ps', ['-o', 'rss=', '-p', pids.join(',')], { encoding: 'utf8' });
  const kib = lines
    .trim()
    .split(/\s+/)
    .reduce((sum, line) => sum + Number(line), 0);
  return { value: kib / KIB_IN_MIB, unit: 'MiB' };
}

/** What the broker's folder takes of the disk: blocks, not the length of files that are allocated ahead. */
export const diskOf = ({ folder }: Broker): Figure => ({ value: bytesIn(folder) / MIB, unit: 'MiB' });

function bytesIn(path: string): number {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status) return 0; // the broker has removed it meanwhile
  if (!status.isDirectory()) return status.blocks * BLOCK;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
