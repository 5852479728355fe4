import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A line of a process's log: JSON with `time`, `level` and `msg`. */
export interface LogLine {
  time: string;
  text: string;
}

const READ_AT_ONCE = 1024 * 1024;

/** The logs of a system's processes, one file each. What servers write, which is not JSON with a time, is left out. */
export class LogFiles {
  private readonly read = new Map<string, { position: number; rest: string }>();

  /** `processes`: only theirs; default all. */
  constructor(
    private readonly folder: string,
    private readonly processes?: readonly string[],
  ) {}

  get names(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.log'))
      .map((name) => basename(name, '.log'));
  }

  /** What was written since the last call, in the order of time. A file that became shorter was begun anew. */
  next(): LogLine[] {
    const names = this.names.filter((name) => !this.processes || this.processes.includes(name));
    return names.flatMap((name) => this.linesOf(name)).sort((a, b) => (a.time < b.time ? -1 : 1));
  }

  private linesOf(name: string): LogLine[] {
    const { position, rest } = this.read.get(name) ?? { position: 0, rest: '' };
    const [text, end] = readFrom(join(this.folder, `${name}.log`), position);
    const lines = (rest + text).split('\n');
    this.read.set(name, { position: end, rest: lines.pop()! });
    return lines.flatMap(parse);
  }
}

function parse(text: string): LogLine[] {
  try {
    const { time } = JSON.parse(text);
    return typeof time === 'string' ? [{ time, text }] : [];
  } catch {
    return []; // a server's own format
  }
}

function readFrom(path: string, position: number): [string, number] {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    let at = size < position ? 0 : position;
    const parts: Buffer[] = [];
    while (at < size) {
      const buffer = Buffer.alloc(Math.min(READ_AT_ONCE, size - at));
      const count = readSync(file, buffer, 0, buffer.length, at);
      if (count === 0) break;
      parts.push(buffer.subarray(0, count));
      at += count;
    }
    return [Buffer.concat(parts).toString(), at];
  } finally {
    closeSync(file);
  }
}
