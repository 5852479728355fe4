import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** Pages show code without the indentation that it has in its function. */
const unindented = (code: string) => code.replace(/^ +/gm, '');

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the pages on patterns and contracts', () => {
  const pages = globSync(['docs/patterns/*.md', 'libs/contracts/README.md'], { cwd: root });

  it('are there', () => {
    expect(pages.length).toBeGreaterThanOrEqual(3);
  });

  it.each(pages)('%s shows only code that stands, word for word, in a file that it links to', (page) => {
    const text = read(page);
    const linked = [...text.matchAll(/\]\(([^)#]+\.ts)\)/g)].map(([, to]) =>
      unindented(read(join(dirname(page), to!))),
    );
    const shown = [...text.matchAll(/```ts\n([\s\S]*?)\n```/g)].map(([, code]) => unindented(code!));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter((code) => !linked.some((source) => source.includes(code)))).toEqual([]);
  });

  it.each(pages)('%s leads to headings that are there', (page) => {
    const headings = (of: string) =>
      [...read(of).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
    const links = [...read(page).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)];
    const broken = links.filter(([, to, heading]) => !headings(to ? join(dirname(page), to) : page).includes(heading!));
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});
