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

/** The disk failed while a line was written: whether that line is there is not known until the file is opened anew. */
export class JournalBroken extends Error {}

/**
 * A file of JSON lines that only grows. What was noted is on the disk; lines that come while the disk is busy share one
 * write and one flush. A last line that a crash cut off was never answered for, and is dropped when the file is opened.
 */
export class Journal<Entry> {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private failure: JournalBroken | undefined;

  private constructor(
    private readonly fd: number,
    private readonly onFlush: (lines: number) => void,
  ) {}

  /** Throws when a line other than the last one can't be read: then somebody else wrote into the file. */
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

  /** Resolves when the entry is on the disk; rejects with JournalBroken, also for every entry after the broken one. */
  note(entry: Entry): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ line: `${JSON.stringify(entry)}\n`, resolve, reject });
    this.writing ??= this.writeAll();
    return promise;
  }

  /** Why nothing can be noted any more; undefined while all is well. */
  get broken(): string | undefined {
    return this.failure?.message;
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.writing;
    closeSync(this.fd);
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        // After a failure nothing may follow: it would turn a cut-off line into one in the middle.
        if (this.failure) throw this.failure;
        await append(this.fd, Buffer.from(batch.map(({ line }) => line).join('')));
        await flush(this.fd);
        this.onFlush(batch.length);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.failure ??= new JournalBroken(`the journal can not be written: ${(error as Error).message}`);
        for (const { reject } of batch) reject(this.failure);
      }
    }
    this.writing = undefined;
  }
}

/** A write may take only a part of what it is given. */
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

/** A new file is there after a power cut only when its directory was flushed too. */
function flushDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
