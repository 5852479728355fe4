import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  write,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const flush = promisify(fdatasync);

interface Waiting {
  line: string;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** The disk failed during a write: only opening the file again shows whether the line was written. */
export class JournalBroken extends Error {}

/**
 * An append-only file of JSON lines. An appended line is on disk; lines that arrive during a write share the next write and
 * flush. A last line that a crash truncated was never acknowledged, and is dropped when the file is opened.
 */
export class Journal<Entry> {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private failure: JournalBroken | undefined;

  private constructor(
    private readonly fd: number,
    private readonly onFlush: (lines: number) => void,
  ) {}

  /** Throws when a line other than the last one is unreadable: then another program wrote to the file. */
  static open<Entry>(path: string, onFlush: (lines: number) => void = () => {}) {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    try {
      flushDirectory(dirname(path));
      const entries = wholeLines(fd).map((line, n) => parse<Entry>(line, `${path}, line ${n + 1}`));
      return { journal: new Journal<Entry>(fd, onFlush), entries };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Resolves when the entry is on disk; rejects with JournalBroken, also for every later entry. */
  append(entry: Entry): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ line: `${JSON.stringify(entry)}\n`, resolve, reject });
    this.writing ??= this.writeAll();
    return promise;
  }

  /** Why it accepts no more entries; undefined while it does. */
  get broken(): string | undefined {
    return this.failure?.message;
  }

  /** Waits for pending writes. */
  async close(): Promise<void> {
    await this.writing;
    closeSync(this.fd);
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        // Nothing may follow a failure: a truncated last line would become one in the middle.
        if (this.failure) throw this.failure;
        await append(this.fd, Buffer.from(batch.map(({ line }) => line).join('')));
        await flush(this.fd);
        this.onFlush(batch.length);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.failure ??= new JournalBroken(`the journal cannot be written: ${(error as Error).message}`);
        for (const { reject } of batch) reject(this.failure);
      }
    }
    this.writing = undefined;
  }
}

/** A write may be partial. */
async function append(fd: number, bytes: Buffer): Promise<void> {
  let rest = bytes;
  while (rest.length) {
    const { bytesWritten } = await promisify(write)(fd, rest);
    rest = rest.subarray(bytesWritten);
  }
}

function wholeLines(fd: number): string[] {
  if (fstatSync(fd).size === 0) return [];
  const bytes = readFileSync(fd);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) ftruncateSync(fd, end);
  return bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
}

function parse<Entry>(line: string, where: string): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch (error) {
    throw new Error(`${where} is not JSON: the ledger was changed by somebody else`, { cause: error });
  }
}

/** A new file survives a power cut only if its directory was flushed too. */
function flushDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
