import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  write,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const flush = promisify(fdatasync);

const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

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

  /**
   * Calls `onEntry` for each entry of the file, in order, before it returns. Throws when a line other than the last one is
   * unreadable: then another program wrote to the file.
   */
  static open<Entry>(
    path: string,
    onEntry: (entry: Entry) => void = () => {},
    onFlush: (lines: number) => void = () => {},
  ): Journal<Entry> {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    try {
      flushDirectory(dirname(path));
      readLines(fd, (line, number) => onEntry(parse<Entry>(line, `${path}, line ${number}`)));
      return new Journal<Entry>(fd, onFlush);
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

/** In chunks, because a file may be larger than the longest string. Removes a last line that is not whole. */
function readLines(fd: number, onLine: (line: string, number: number) => void): void {
  const { size } = fstatSync(fd);
  const chunk = Buffer.allocUnsafe(CHUNK);
  let rest = Buffer.alloc(0);
  let lines = 0;
  for (let position = 0; position < size; ) {
    const length = readSync(fd, chunk, 0, CHUNK, position);
    position += length;
    const bytes = Buffer.concat([rest, chunk.subarray(0, length)]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      onLine(bytes.toString('utf8', start, end), ++lines);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) ftruncateSync(fd, size - rest.length);
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
