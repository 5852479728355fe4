import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from './journal.js';
import { newDirectory } from './provider.fixture.js';

describe('the journal', () => {
  let directory: string;
  beforeEach(() => {
    directory = newDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('writes entries in the order of their arrival, many with one flush', async () => {
    const path = join(directory, 'journal');
    const flushed: number[] = [];
    const { journal } = Journal.open<number>(path, (lines) => flushed.push(lines));
    const numbers = Array.from({ length: 1_000 }, (_, n) => n);
    await Promise.all(numbers.map((n) => journal.append(n)));
    await journal.close();

    expect(Journal.open(path).entries).toEqual(numbers);
    expect(flushed).toEqual([1, 999]);
  });

  it('has an entry on disk when it says so', async () => {
    const path = join(directory, 'journal');
    const { journal } = Journal.open<string>(path);
    await journal.append('noted');
    expect(readFileSync(path, 'utf8')).toBe('"noted"\n');
    await journal.close();
  });
});

describe('a journal whose disk is full', () => {
  it('rejects every pending and every later entry', async () => {
    const { journal } = Journal.open<string>('/dev/full');
    const notes = await Promise.allSettled([journal.append('a'), journal.append('b')]);
    expect(notes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(journal.append('c')).rejects.toThrow('cannot be written');
    expect(journal.broken).toContain('cannot be written');
    await journal.close();
  });
});
