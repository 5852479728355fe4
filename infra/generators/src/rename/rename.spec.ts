import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rename, renamingOf, requireNothingLeft, requireRenamable } from './rename.js';
import { Tree } from './tree.fixture.js';

const FILES = {
  'package.json': '{\n  "name": "globex"\n}\n',
  'README.md': '# Globex\n\nIt is called `globex`.\n',
  'CHANGELOG.md': 'Globex was called globex.\n',
  'infra/help.txt': '  GLOBEX_HOME  the folder\n  PORT         the port\n',
  'infra/globex.conf': 'user = globex\n',
  'libs/contracts/package.json': '{\n  "name": "@globex/contracts"\n}\n',
  'libs/contracts/history/globex.Placed.v1.json': '{ "type": "globex.Placed.v1", "source": "/globex/order" }\n',
  'libs/outbox/package.json': '{\n  "name": "@globex/outbox"\n}\n',
  'libs/outbox/sql/0001.sql': 'CREATE TABLE :schema.outbox ()\n',
  'libs/outbox/src/index.ts': "const schema = 'globex', file = process.env.GLOBEX_FILE;\n",
  'services/order/package.json': `${JSON.stringify(
    {
      name: '@globex/order',
      dependencies: { '@fastify/static': '1', '@globex/contracts': '*', '@globex/outbox': '*', '@types/pg': '1' },
    },
    null,
    2,
  )}\n`,
  'services/order/src/order.ts': `import { Placed } from '@globex/contracts';
import { outbox } from '@globex/outbox';
const metrics = ['globex_orders_total', 'globex_outbox_backlog'];
const sql = 'SELECT FROM globex.outbox';
const headers = ['x-globex-attempts', 'x-globex-order-id'];
const environment = [process.env.GLOBEX_HOME, process.env.GLOBEX_FILE];
const database = 'globex_order';
`,
};

let tree: Tree;
beforeEach(() => {
  tree = new Tree(FILES);
});
afterEach(() => tree.remove());

describe('rename', () => {
  it('renames what is in files and what they are called, in each spelling, but not what is history', () => {
    const renaming = renamingOf(tree.root, 'globex', 'hooli');
    expect(rename(renaming)).toEqual({ changed: 10, moved: 2 });
    expect(() => requireNothingLeft(renaming)).not.toThrow();

    expect(tree.read('services/order/src/order.ts')).toContain("'x-hooli-attempts', 'x-hooli-order-id'");
    expect(tree.read('services/order/src/order.ts')).toContain('process.env.HOOLI_HOME');
    expect(tree.read('libs/contracts/history/hooli.Placed.v1.json')).toContain(
      '"hooli.Placed.v1", "source": "/hooli/order"',
    );
    expect(tree.read('infra/hooli.conf')).toBe('user = hooli\n');
    expect(tree.read('CHANGELOG.md')).toBe(FILES['CHANGELOG.md']);
  });

  it('keeps dependencies sorted and help texts aligned', () => {
    rename(renamingOf(tree.root, 'globex', 'hooli'));
    const { dependencies } = JSON.parse(tree.read('services/order/package.json'));
    expect(Object.keys(dependencies)).toEqual(['@fastify/static', '@hooli/contracts', '@hooli/outbox', '@types/pg']);
    expect(tree.read('infra/help.txt')).toBe('  HOOLI_HOME   the folder\n  PORT         the port\n');
  });

  it('can be undone by another one', () => {
    rename(renamingOf(tree.root, 'globex', 'hooli'));
    rename(renamingOf(tree.root, 'hooli', 'globex'));
    expect(tree.files()).toEqual(FILES);
  });

  it('leaves recorded payloads, whose letters mean nothing', () => {
    const payload = `${'Zm9v'.repeat(30)}globex${'YmFy'.repeat(30)}`;
    tree.write('recorded.json', payload);
    tree.write('lock.yaml', `integrity: sha512-xyzglobexabc==, commit ${'abcdef'.repeat(7)}`);
    const renaming = renamingOf(tree.root, 'globex', 'hooli');
    rename(renaming);
    expect(tree.read('recorded.json')).toBe(payload);
    expect(() => requireNothingLeft(renaming)).not.toThrow();
  });

  it('lets tests hold the checksums that migrations have in the new schema', () => {
    const checksumIn = (schema: string) =>
      createHash('sha256').update(`CREATE TABLE ${schema}.outbox ()\n`).digest('hex');
    tree.write('libs/outbox/src/migrations.spec.ts', `'${checksumIn('globex')}'`);
    rename(renamingOf(tree.root, 'globex', 'hooli'));
    expect(tree.read('libs/outbox/src/migrations.spec.ts')).toBe(`'${checksumIn('hooli')}'`);
  });

  it('names the files in which something is left', () => {
    tree.write('odd.ts', 'gloBex');
    const renaming = renamingOf(tree.root, 'globex', 'hooli');
    rename(renaming);
    expect(() => requireNothingLeft(renaming)).toThrow(/is left in 1 files:\n {2}odd.ts: 1/);
  });

  it('keeps data of the old system out of git', () => {
    tree.write('.globex/data/log', '');
    rename(renamingOf(tree.root, 'globex', 'hooli'));
    expect(tree.read('.globex/.gitignore')).toBe('*\n');
  });
});

describe('rename --keep-libs', () => {
  it('leaves the libraries, and elsewhere what they have named', () => {
    const renaming = renamingOf(tree.root, 'globex', 'hooli', { keepLibs: true });
    rename(renaming);
    expect(() => requireNothingLeft(renaming)).not.toThrow();

    expect(tree.read('libs/outbox/src/index.ts')).toBe(FILES['libs/outbox/src/index.ts']);
    expect(tree.read('services/order/src/order.ts')).toBe(`import { Placed } from '@hooli/contracts';
import { outbox } from '@globex/outbox';
const metrics = ['hooli_orders_total', 'globex_outbox_backlog'];
const sql = 'SELECT FROM globex.outbox';
const headers = ['x-globex-attempts', 'x-hooli-order-id'];
const environment = [process.env.HOOLI_HOME, process.env.GLOBEX_FILE];
const database = 'hooli_order';
`);
    expect(existsSync(join(tree.root, 'libs/contracts/history/hooli.Placed.v1.json'))).toBe(true);
  });
});

describe('a name is refused', () => {
  const refusal = (name: string) => {
    try {
      requireRenamable(tree.root, 'globex', name);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };

  it('unless it fits', () => {
    expect(refusal('hooli')).toBeUndefined();
    expect(refusal('x86')).toBeUndefined();
  });

  it.each(['', 'Hooli', 'my-shop', 'my_shop', '9lives', 'ab', 'a'.repeat(21), 'hooli!', 'höhle'])('%j', (name) => {
    expect(refusal(name)).toContain('3 to 20 lower-case letters and digits');
  });

  it('when it is the old one, or could not be told from it', () => {
    expect(refusal('globex')).toContain('has this name already');
    expect(refusal('globexes')).toContain('contain one another');
  });

  it('when SQL would not take it for a name', () => {
    expect(refusal('analyze')).toContain('reserved word of SQL');
  });

  it('when code has it, in any letter case; documents may', () => {
    tree.write('README.md', 'Call it initech, for example.');
    expect(refusal('initech')).toBeUndefined();
    tree.write('src/some.ts', 'class OfInitech {}');
    expect(refusal('initech')).toMatch(/'initech' is in 1 files already.*\n {2}src\/some.ts/);
    expect(refusal('tracker')).toBeUndefined();
    expect(refusal('conf')).toContain('globex.conf');
  });

  it('while the system is running', () => {
    tree.write('.globex/endpoints.json', '{}');
    expect(refusal('hooli')).toContain('npm stop');
  });
});
