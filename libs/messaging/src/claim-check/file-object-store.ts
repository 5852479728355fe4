import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ObjectStore } from './object-store.js';

/** Objects as files of a folder, which all processes must share: one machine, or a network file system. */
export class FileObjectStore implements ObjectStore {
  readonly url: string;
  private readonly folder: string;

  /** Creates the folder when it is missing. */
  constructor(path: string) {
    this.folder = resolve(path);
    this.url = `${pathToFileURL(this.folder)}/`;
  }

  /** Written to a temporary file and renamed, so that no reader sees half of it. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const part = this.partOf(key);
    const file = await open(part, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, this.fileOf(key));
    await this.syncFolder();
  }

  async get(key: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.fileOf(key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Also removes the temporary file of a process that died while writing. */
  async delete(key: string): Promise<void> {
    await Promise.all([rm(this.fileOf(key), { force: true }), rm(this.partOf(key), { force: true })]);
  }

  /** Whatever the key says, the file is in the folder. */
  private fileOf(key: string): string {
    return join(this.folder, encodeURIComponent(key));
  }

  private partOf(key: string): string {
    return `${this.fileOf(key)}.part`;
  }

  /** A rename is durable only once its folder is synced. */
  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
