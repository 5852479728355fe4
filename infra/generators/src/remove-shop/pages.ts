import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Removes the pages that explain removed code, and the links of others to what is gone. */
export function cleanPages(root: string): void {
  const pages = () => globSync(['*.md', '{docs,libs,services,infra,tests}/**/*.md'], { cwd: root, exclude });
  for (const page of globSync('docs/patterns/!(README).md', { cwd: root }))
    if (showsRemovedCode(root, page)) rmSync(join(root, page));
  for (const page of pages()) {
    const text = readFileSync(join(root, page), 'utf8');
    const cleaned = withoutDeadLinks(text, (to, heading) => isThere(root, page, to, heading));
    if (cleaned !== text) writeFileSync(join(root, page), cleaned);
  }
}

const exclude = (name: string) => name === 'node_modules';

/** Code in a page stands word for word in a file that it links to. */
function showsRemovedCode(root: string, page: string): boolean {
  const text = readFileSync(join(root, page), 'utf8');
  const linked = [...text.matchAll(/\]\(([^)#]+\.ts)\)/g)].map(([, to]) => join(root, dirname(page), to!));
  const sources = linked.filter((path) => existsSync(path)).map((path) => unindented(readFileSync(path, 'utf8')));
  const shown = [...text.matchAll(/```ts\n([\s\S]*?)\n```/g)].map(([, code]) => unindented(code!));
  return shown.some((code) => !sources.some((source) => source.includes(code)));
}

const unindented = (code: string) => code.replace(/^ +/gm, '');

function isThere(root: string, page: string, to: string, heading: string | undefined): boolean {
  const target = to ? join(root, dirname(page), to) : join(root, page);
  if (!existsSync(target)) return false;
  return !heading || anchorsOf(readFileSync(target, 'utf8')).includes(heading);
}

/** As GitHub gives them to headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

const LINK = /\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g;

/** Links to what is gone become plain text; an index's row or item that is about it goes. */
export function withoutDeadLinks(text: string, isThere: (to: string, heading: string | undefined) => boolean): string {
  const isDead = ([, , to, heading]: RegExpMatchArray) => !isThere(to!, heading);
  const isEntryOfDead = (line: string) => {
    const [first] = line.matchAll(LINK);
    return first && /^(\| *|- )(?=\[)/.test(line) && isDead(first);
  };
  const lines = text.split('\n').filter((line) => !isEntryOfDead(line));
  return lines
    .join('\n')
    .replace(LINK, (link, label: string, to: string, heading: string | undefined) =>
      isThere(to, heading) ? link : label,
    );
}
