import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from './journal.js';
import { newDirectory } from './provider.fixture.js';

/** Everything that the journal at `path` holds. */
async function entriesOf(path: string): Promise<unknown[]> {
  const entries: unknown[] = [];
  await Journal.open(path, (entry) => entries.push(entry)).close();
  return entries;
}

describe('the journal', () => {
  let directory: string;
  beforeEach(() => {
    directory = newDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('writes entries in the order of their arrival, many with one flush', async () => {
    const path = join(directory, 'journal');
    const flushed: number[] = [];
    const journal = Journal.open<number>(
      path,
      () => {},
      (lines) => flushed.push(lines),
    );
    const numbers = Array.from({ length: 1_000 }, (_, n) => n);
    await Promise.all(numbers.map((n) => journal.append(n)));
    await journal.close();

    expect(await entriesOf(path)).toEqual(numbers);
    expect(flushed).toEqual([1, 999]);
  });

  it('has an entry on disk when it says so', async () => {
    const path = join(directory, 'journal');
    const journal = Journal.open<string>(path);
    await journal.append('noted');
    expect(readFileSync(path, 'utf8')).toBe('"noted"\n');
    await journal.close();
  });

  it('is read in pieces, whatever they cut: long lines, characters of several bytes, the end', async () => {
    const path = join(directory, 'journal');
    const notes = Array.from({ length: 5_000 }, (_, n) => `${n} ${'€'.repeat(n % 997)}`);
    notes.push('x'.repeat(3_000_000), 'the last');
    writeFileSync(path, notes.map((note) => `${JSON.stringify(note)}\n`).join(''));
    const { size } = statSync(path);
    appendFileSync(path, '"truncat');

    expect(await entriesOf(path)).toEqual(notes);
    expect(statSync(path).size).toBe(size);
  });
});

describe('a journal whose disk is full', () => {
  it('rejects every pending and every later entry', async () => {
    const journal = Journal.open<string>('/dev/full');
    const notes = await Promise.allSettled([journal.append('a'), journal.append('b')]);
    expect(notes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(journal.append('c')).rejects.toThrow('cannot be written');
    expect(journal.broken).toContain('cannot be written');
    await journal.close();
  });
});
