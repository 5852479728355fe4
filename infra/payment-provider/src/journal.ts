import { closeSync, constants, fdatasync, ftruncateSync, openSync, readFileSync, write } from 'node:fs';
import { promisify } from 'node:util';

const append = promisify(write) as (fd: number, text: string) => Promise<unknown>;
const flush = promisify(fdatasync);

interface Waiting {
  line: string;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * A file of JSON lines that only grows. What was noted is on the disk; of lines that come at the same time many share one
 * flush. A last line that a crash cut off was never answered for, and is dropped when the file is opened.
 */
export class Journal<Entry> {
  private waiting: Waiting[] = [];
  private writing = false;

  private constructor(private readonly fd: number) {}

  static open<Entry>(path: string): { journal: Journal<Entry>; entries: Entry[] } {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    const bytes = readFileSync(fd);
    const end = bytes.lastIndexOf('\n') + 1;
    if (end < bytes.length) ftruncateSync(fd, end);
    const lines = bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
    return { journal: new Journal<Entry>(fd), entries: lines.map((line) => JSON.parse(line) as Entry) };
  }

  /** Resolves when the entry is on the disk. */
  note(entry: Entry): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ line: `${JSON.stringify(entry)}\n`, resolve, reject });
    if (!this.writing) void this.writeAll();
    return promise;
  }

  close(): void {
    closeSync(this.fd);
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    while (this.waiting.length) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await append(this.fd, batch.map(({ line }) => line).join(''));
        await flush(this.fd);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error as Error);
      }
    }
    this.writing = false;
  }
}
