import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pagesOf = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' }).sort();

/** Pages show code without the indentation that it has in its function. */
const unindented = (code: string) => code.replace(/^ +/gm, '');
/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (page: string) =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

describe('a page with code', () => {
  const pages = pagesOf('docs/patterns/!(README).md', 'libs/contracts/README.md');

  it.each(pages)('%s shows only code that a file it links to contains, word for word', (page) => {
    const text = read(page);
    const linked = [...text.matchAll(/\]\(([^)#]+\.ts)\)/g)].map(([, to]) =>
      unindented(read(join(dirname(page), to!))),
    );
    const shown = [...text.matchAll(/```ts\n([\s\S]*?)\n```/g)].map(([, code]) => unindented(code!));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter((code) => !linked.some((source) => source.includes(code)))).toEqual([]);
  });
});

describe('every page', () => {
  const pages = pagesOf('*.md', '{docs,libs,services,infra,tests,bench}/**/*.md');

  it.each(pages)('%s links to files and headings that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    const broken = links.filter(([, to, heading]) => {
      const target = to ? join(dirname(page), to) : page;
      return !existsSync(join(root, target)) || (heading && !anchorsOf(target).includes(heading));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

describe('choosing a broker', () => {
  const cells = read('docs/choosing-a-broker.md')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => line.split('|').slice(1, -1));

  it('names as a promise only what a test run shows: code in its tables is spec files', () => {
    const code = cells.flatMap((cell) => [...cell.matchAll(/\]\(([^)#]+\.[jt]s)\)/g)].map(([, to]) => to!));
    expect(code.length).toBeGreaterThan(20);
    expect(code.filter((to) => !to.endsWith('.spec.ts'))).toEqual([]);
  });

  it('shows what is measured with its unit, or an em dash', () => {
    const text = read('docs/choosing-a-broker.md');
    const [, measured] = /### At a glance([\s\S]*?)### The common claims/.exec(text)!;
    const rows = measured!.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
    const figures = rows.slice(1).flatMap((line) => line.split('|').slice(2, -1));
    expect(figures.length).toBeGreaterThan(50);
    const FIGURE = /^(—|[\d,.]+(\/s| ms| s| MiB| messages)( \([\d,]+ were left\))?)$/;
    expect(figures.map((figure) => figure.trim()).filter((figure) => !FIGURE.test(figure))).toEqual([]);
  });
});

describe('an index', () => {
  it.each(['docs/guide', 'docs/patterns', 'docs/decisions', 'docs/runbooks'])(
    '%s/README.md lists every page of its folder',
    (folder) => {
      const pages = pagesOf(`${folder}/!(README).md`).map((page) => page.slice(folder.length + 1));
      const index = read(`${folder}/README.md`);
      expect(pages.length).toBeGreaterThan(0);
      expect(pages.filter((page) => !index.includes(`](${page})`))).toEqual([]);
    },
  );
});
