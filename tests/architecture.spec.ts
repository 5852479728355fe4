import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { processes } from '@waybill/system';

const root = join(import.meta.dirname, '..', '..');

interface Import {
  file: string;
  /** As written, or for a relative one the path from the root. */
  target: string;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|import\('([^']+)'\)/g;

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(IMPORT)].map((match) => {
    const written = match[1] ?? match[2] ?? match[3]!;
    return { file, target: written.startsWith('.') ? normalize(join(dirname(file), written)) : written };
  });
}

const files = globSync('{services,libs,infra}/*/src/**/*.ts', {
  cwd: root,
  exclude: (name) => name.includes('generated'),
});
const imports = files.filter((file) => !file.includes('/generated/')).flatMap(importsOf);

/** What breaks a rule, as `file imports target`. */
const offenders = (breaks: (use: Import) => boolean) =>
  imports.filter(breaks).map(({ file, target }) => `${file} imports ${target}`);

const packageOf = (path: string) => path.split('/').slice(0, 2).join('/');
const isSpec = (file: string) => file.endsWith('.spec.ts');

describe('the import rules', () => {
  it('find the sources', () => {
    expect(imports.length).toBeGreaterThan(200);
  });

  it('domain is plain TypeScript: it imports only domain', () => {
    const domain = /^services\/[^/]+\/src\/domain\//;
    expect(offenders(({ file, target }) => domain.test(file) && !isSpec(file) && !domain.test(target))).toEqual([]);
  });

  it('workflows import only domain, contracts, Temporal and the types of their activities: nothing else gets into their sandbox', () => {
    const allowed = [/^@waybill\/contracts$/, /^@temporalio\/workflow$/, /\/src\/domain\//, /\/src\/workflows\//];
    const workflow = /\/workflows\/(.*\.workflow|compensations)\.ts$/;
    expect(offenders(({ file, target }) => workflow.test(file) && !allowed.some((rule) => rule.test(target)))).toEqual(
      [],
    );
  });

  it('no service imports another', () => {
    const others = processes.map((process) => `@waybill/${basename(process.package)}`);
    expect(offenders(({ target }) => others.some((name) => target === name || target.startsWith(`${name}/`)))).toEqual(
      [],
    );
  });

  it('nothing reaches into another package by path', () => {
    const intoAnother = ({ file, target }: Import) =>
      /^(services|libs|infra)\//.test(target) && packageOf(target) !== packageOf(file);
    expect(offenders(intoAnother)).toEqual([]);
  });

  it('only services say what is said: no lib imports contracts', () => {
    const others = ({ file, target }: Import) =>
      !file.startsWith('services/') && target.startsWith('@waybill/contracts');
    expect(offenders(others)).toEqual([]);
  });

  it('a lib is entered by its front door, by /nest, or messaging by /contract', () => {
    const door = /^@waybill\/[a-z-]+(\/nest)?$|^@waybill\/messaging\/contract$|^@waybill\/platform\/(prisma|temporal)$/;
    expect(offenders(({ target }) => target.startsWith('@waybill/') && !door.test(target))).toEqual([]);
  });

  it('only config.ts reads the environment of a service', () => {
    const readers = files.filter((file) => file.startsWith('services/') && !file.endsWith('/config.ts'));
    expect(readers.filter((file) => readFileSync(join(root, file), 'utf8').includes('process.env'))).toEqual([]);
  });
});
