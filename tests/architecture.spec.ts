import { globSync } from 'node:fs';
import { circles, files, type Import, imports, importsOf, isTestFile, read, root } from './imports.js';

/** Lowest first: each imports only libraries before it. */
const LIBRARIES = ['testing', 'outbox', 'idempotency', 'messaging', 'dlq', 'platform', 'contracts'];
/** Of libs/messaging, lowest first: each imports only rooms before it; rooms on one floor do not import each other. */
const ROOMS = [
  ['contract'],
  ['envelope'],
  ['outcomes'],
  ['claim-check'],
  ['attempts'],
  ['handling'],
  ['kafka-clients'],
  ['kafka', 'rabbitmq'],
  ['nats', 'sqs'],
  ['calls', 'backlog', 'carriers'],
  ['nest'],
];
/** What a library must not know: another system keeps it and has none of these. */
const WORDS_OF_THE_SHOP = /payment|inventory|shipment|customer|\bsku\b|\bstock\b|order-?(id|api|processor)|\borders\./i;

const manifests = globSync('{libs,services,infra}/*/package.json', { cwd: root });

/** What breaks a rule, as `file imports target`. */
const offenders = (breaks: (use: Import) => boolean, among: readonly Import[] = imports) =>
  among.filter(breaks).map(({ file, target }) => `${file} imports ${target}`);

const packageOf = (path: string) => path.split('/').slice(0, 2).join('/');
/** The repository's own packages: a fork may have libraries of another scope than its services. */
const OWN = new Set(manifests.map((path) => (JSON.parse(read(path)) as { name: string }).name));
const isOwn = (target: string) => OWN.has(packageOf(target));
const libraryOf = (target: string) => (isOwn(target) ? target.split('/')[1] : undefined);
const isSource = ({ file }: Import) => !isTestFile(file);
const sourceImports = imports.filter(isSource);

describe('the import rules', () => {
  it('find the sources, and tell a type from a value', () => {
    expect(imports.length).toBeGreaterThan(200);
    const source = [
      `import type { A } from './a.js';`,
      `import {\n  type B,\n  type C\n} from '@b/c';`,
      `import D, { type E } from 'd';`,
      `export * from '../f.js';`,
      `await import('g');`,
    ].join('\n');
    expect(importsOf('x/y/z.ts', source)).toEqual([
      { file: 'x/y/z.ts', target: 'x/y/a.ts', isType: true },
      { file: 'x/y/z.ts', target: '@b/c', isType: true },
      { file: 'x/y/z.ts', target: 'd', isType: false },
      { file: 'x/y/z.ts', target: 'x/f.ts', isType: false },
      { file: 'x/y/z.ts', target: 'g', isType: false },
    ]);
  });

  it('no files import each other in a circle', () => {
    const edge = (file: string, target: string) => ({ file, target, isType: true });
    expect(circles([edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('c', 'd')])).toEqual(['b -> c -> b']);
    expect(circles(imports)).toEqual([]);
  });

  it('domain is plain TypeScript: it imports only domain', () => {
    const domain = /^services\/[^/]+\/src\/domain\//;
    expect(offenders(({ file, target }) => domain.test(file) && !domain.test(target), sourceImports)).toEqual([]);
  });

  it('workflows import only domain, contracts, Temporal, each other and types of their activities: nothing else gets into their sandbox', () => {
    const workflow = /\/src\/workflows\/([^/]*\.workflow|compensations|search-attributes)\.ts$/;
    const values = [/^@waybill\/contracts$/, /^@temporalio\/workflow$/, /\/src\/domain\//, workflow];
    const isAllowed = ({ target, isType }: Import) =>
      values.some((rule) => rule.test(target)) || (isType && /\/src\/workflows\/[^/]*\.activities\.ts$/.test(target));
    expect(imports.some(({ file }) => workflow.test(file))).toBe(true);
    expect(offenders((use) => workflow.test(use.file) && !isAllowed(use))).toEqual([]);
  });

  it('no service imports another', () => {
    const services = new Set(files.filter((file) => file.startsWith('services/')).map((file) => file.split('/')[1]!));
    expect(services.size).toBeGreaterThan(1);
    expect(offenders(({ target }) => services.has(libraryOf(target) ?? ''))).toEqual([]);
  });

  it('nothing reaches into another package by path', () => {
    const intoAnother = ({ file, target }: Import) =>
      /^(services|libs|infra)\//.test(target) && packageOf(target) !== packageOf(file);
    expect(offenders(intoAnother)).toEqual([]);
  });

  it('only services import contracts: libraries serve any system', () => {
    expect(offenders(({ file, target }) => !file.startsWith('services/') && libraryOf(target) === 'contracts')).toEqual(
      [],
    );
  });

  it('a library is entered by its index, by /nest, messaging by /contract, platform by /metrics-text, /prisma and /temporal', () => {
    const door = /^@[a-z0-9]+\/([a-z-]+(\/nest)?|messaging\/contract|platform\/(metrics-text|prisma|temporal))$/;
    expect(imports.some(({ target }) => isOwn(target))).toBe(true);
    expect(offenders(({ target }) => isOwn(target) && !door.test(target))).toEqual([]);
  });

  it('only config.ts reads the environment of a service', () => {
    const readers = files.filter((file) => file.startsWith('services/') && !file.endsWith('/config.ts'));
    expect(readers.filter((file) => read(file).includes('process.env'))).toEqual([]);
  });
});

describe('the libraries', () => {
  const nameOf = (file: string) => /^libs\/([^/]+)\//.exec(file)?.[1];

  it('are all in the list', () => {
    expect([...new Set(files.map(nameOf))].filter(Boolean).sort()).toEqual(LIBRARIES.toSorted());
  });

  it('import only libraries below them', () => {
    const isUpwards = ({ file, target }: Import) => {
      const [from, to] = [LIBRARIES.indexOf(nameOf(file) ?? ''), LIBRARIES.indexOf(libraryOf(target) ?? '')];
      return from >= 0 && to >= from;
    };
    expect(offenders(isUpwards, sourceImports)).toEqual([]);
  });

  it('know no word of the shop', () => {
    const generic = files.filter((file) => !isTestFile(file) && (nameOf(file) ?? 'contracts') !== 'contracts');
    const found = generic.flatMap((file) => {
      const lines = read(file).split('\n');
      return lines.filter((line) => WORDS_OF_THE_SHOP.test(line)).map((line) => `${file}: ${line.trim()}`);
    });
    expect(generic.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});

describe('the rooms of libs/messaging', () => {
  const src = 'libs/messaging/src/';
  const roomOf = (path: string) => (path.startsWith(src) ? /^([^/]+)\//.exec(path.slice(src.length))?.[1] : undefined);
  const floorOf = (room: string | undefined) => ROOMS.findIndex((rooms) => rooms.includes(room ?? ''));

  it('are all in the list', () => {
    const found = new Set(files.map(roomOf).filter((room) => room !== undefined && room !== 'test'));
    expect([...found].sort()).toEqual(ROOMS.flat().sort());
  });

  it('import only rooms below them, and enter them by their index', () => {
    const breaks = ({ file, target }: Import) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (!from || from === to || !target.startsWith(src)) return false;
      return !to || floorOf(to) >= floorOf(from) || target !== `${src}${to}/index.ts`;
    };
    expect(offenders(breaks, sourceImports)).toEqual([]);
  });
});
