import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findPostgres } from './find-postgres.js';

const silent = { line() {} };
const { PATH } = process.env;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  process.env.PATH = ['14', '97', '96'].map(installed).join(delimiter);
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

/** What `postgres --version` says is all that is asked of it. */
function installed(version: string): string {
  const bin = join(folder, version);
  mkdirSync(bin);
  writeFileSync(join(bin, 'postgres'), `#!/bin/sh\necho "postgres (PostgreSQL) ${version}.3"\n`);
  chmodSync(join(bin, 'postgres'), 0o755);
  return bin;
}

describe('the PostgreSQL that is started', () => {
  it('is the first on PATH that is new enough', async () => {
    expect(await findPostgres(silent)).toEqual({ bin: join(folder, '97'), major: 97 });
  });

  it('is the one that wrote the data, whatever was installed later', async () => {
    expect(await findPostgres(silent, 96)).toEqual({ bin: join(folder, '96'), major: 96 });
  });

  it('is none when the one that wrote the data is gone: empty data would look like a loss', async () => {
    await expect(findPostgres(silent, 95)).rejects.toThrow('written by PostgreSQL 95');
  });
});
