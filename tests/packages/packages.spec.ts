import { globSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backingServices, freshDatabase, freshVhost } from '@waybill/testing';
import { publint } from 'publint';
import { ConsumerProject } from './consumer-project.js';
import { PUBLISHED, pack } from './packed-library.js';

/** Outside of the repository, so that nothing is found in its node_modules. */
const folder = mkdtempSync(join(tmpdir(), 'waybill-packages-'));
const libraries = await Promise.all(PUBLISHED.map((library) => pack(library, folder)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ranges: Record<string, string> = Object.assign({}, ...libraries.map(({ manifest }) => manifest.peerDependencies));
const developedWith: Record<string, string> = Object.assign(
  {},
  ...libraries.map(({ manifest }) => manifest.devDependencies),
);
/** Only needed for options that the programs do not use. */
const UNUSED = ['@aws-sdk/client-s3', '@aws-sdk/client-sqs', '@platformatic/kafka'];
const lowest = Object.entries(ranges).map(([name, range]) => [name, range.replace('^', '')] as const);
const used = lowest.filter(([name]) => !UNUSED.includes(name));

/** By npm, the lowest versions that the libraries accept: other ones of Nest than ours. By pnpm, ours. */
const projects = [
  {
    name: 'npm and the lowest versions of their peers',
    project: new ConsumerProject(join(folder, 'npm'), 'npm'),
    peers: { ...Object.fromEntries(used), '@nestjs/platform-fastify': ranges['@nestjs/core']!.replace('^', '') },
  },
  {
    name: 'pnpm and the versions of this repository',
    project: new ConsumerProject(join(folder, 'pnpm'), 'pnpm'),
    peers: Object.fromEntries(
      [...Object.keys(ranges), '@nestjs/platform-fastify'].map((name) => [name, developedWith[name]!]),
    ),
  },
];
/** Milliseconds; a slow registry is no failure. */
const INSTALLED_WITHIN = 600_000;
beforeAll(() => installAll(), INSTALLED_WITHIN);

const installAll = () =>
  Promise.all(
    projects.map(async ({ project, peers }) => {
      await project.install(libraries, { ...peers, pino: developedWith.pino! });
      for (const library of libraries) project.addReadme(library);
      await project.compile();
    }),
  );

describe.each(libraries.map((packed) => [packed.manifest.name, packed] as const))('the package %s', (_, packed) => {
  const files = globSync('**/*', { cwd: packed.folder });

  it('has its code, types, migrations, README and license, and no tests', () => {
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']),
    );
    expect(files.some((file) => /^sql\/.*\.sql$/.test(file))).toBe(true);
    expect(files.filter((file) => /\.(spec|fixture|example)\.|tsbuildinfo|\/test\//.test(file))).toEqual([]);
  });

  it('names versions, where the repository names its catalog and workspace', () => {
    expect(readFileSync(join(packed.folder, 'package.json'), 'utf8')).not.toMatch(/catalog:|workspace:/);
  });

  it('has what publint expects', async () => {
    const { messages } = await publint({ pkgDir: packed.folder, pack: false, strict: true });
    expect(messages).toEqual([]);
  });
});

describe.each(projects)('installed with $name', ({ project }) => {
  it.each(['@nestjs/core', '@nestjs/common', '@waybill/outbox', 'pg', 'zod', 'prom-client', 'kafkajs', 'amqplib'])(
    'there is one copy of %s',
    (name) => {
      expect(project.copiesOf(name)).toHaveLength(1);
    },
  );

  it.each(libraries)('the program in the README of $library prints what it says', async (library) => {
    const [database, vhost] = await Promise.all([freshDatabase(), freshVhost()]);
    await project.runReadme(library, {
      DATABASE_URL: database.url,
      RABBITMQ_URL: vhost.url,
      KAFKA_BROKERS: backingServices().kafka,
      PORT: '0',
    });
    await Promise.all([database.drop(), vhost.drop()]);
  });
});

describe('an application', () => {
  it('without any broker compiles and loads all libraries', async () => {
    const { project } = projects[0]!;
    const clients = ['kafkajs', 'amqplib'].map((name) => [join(project.folder, 'node_modules', name), name] as const);
    const doors = libraries.flatMap(({ manifest }) =>
      Object.keys(manifest.exports).map((door) => manifest.name + door.slice(1)),
    );
    const imports = doors.map((door, index) => `import * as m${index} from '${door}';`);
    const print = `console.log([${imports.map((_, index) => `m${index}`)}].every((m) => Object.keys(m).length > 0));`;
    project.removeReadmes();
    project.write('imports.ts', [...imports, print].join('\n'));
    for (const [path, name] of clients) renameSync(path, join(folder, name));

    await project.compile();
    expect(await project.run(process.execPath, ['dist/imports.js'])).toBe('true\n');
  });
});
