import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const WEB = join(import.meta.dirname, '..', 'web');
/** In bytes, compressed: what a phone on a slow network waits for. */
const BUDGET = 500_000;
/** What the root of the page shows. */
const FIRST_PAGE = 'src/overview/overview.page.tsx';

interface Chunk {
  file: string;
  css?: string[];
  /** Keys of the chunks that it needs at once. */
  imports?: string[];
}

const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(WEB, '.vite', 'manifest.json'), 'utf8'));

/** The files of a chunk and of all that it needs at once. */
function filesOf(key: string, seen = new Set<string>()): string[] {
  if (seen.has(key)) return [];
  seen.add(key);
  const { file, css = [], imports = [] } = manifest[key]!;
  return [file, ...css, ...imports.flatMap((other) => filesOf(other, seen))];
}

it('the first load of the page is under 500 KB compressed', () => {
  const files = new Set(['index.html', FIRST_PAGE].filter((key) => manifest[key]).flatMap((key) => filesOf(key)));
  const sizes = [...files].map((file) => statSync(join(WEB, `${file}.br`)).size);
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BUDGET);
});
