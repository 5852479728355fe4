import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireComplete } from './check.js';
import { DEFAULT_PORTS, NODE_FLAGS, processes, publishedPorts, servers, urlSetting } from './derived.js';
import { staleFiles } from './generate.js';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

it('every generated file is up to date; otherwise: npm run generate', () => {
  expect(staleFiles(root).map(([path]) => path)).toEqual([]);
});

it('the declaration fits the folders', () => {
  expect(() => requireComplete(root)).not.toThrow();
});

describe('what is written by hand agrees with the declaration', () => {
  it('.env shows every port and setting of docker-compose.yml', () => {
    const env = read('.env');
    const ports = Object.values(publishedPorts()).map((name) => `# ${name}=${DEFAULT_PORTS[name]}\n`);
    const settings = processes.flatMap(({ settings = [] }) => settings.map((name) => `# ${name}=`));
    const secrets = processes.flatMap(({ secrets = [] }) => secrets.map((name) => `\n${name}=`));
    expect([...ports, ...settings, ...secrets].filter((line) => !env.includes(line))).toEqual([]);
  });

  it('every setting that a service reads is passed on to its container', () => {
    const unknown = globSync('{services,infra}/*/src/config.ts', { cwd: root }).flatMap((path) => {
      const of = processes.filter((process) => path.startsWith(`${process.package}/`));
      const known = [
        ...of.flatMap(({ settings = [], secrets = [] }) => [...settings, ...secrets]),
        ...of.flatMap(({ calls = [] }) => calls.map(urlSetting)),
        ...of.flatMap(({ showsAll }) => (showsAll ? ['PROCESS_URLS', 'SERVER_PAGES', 'TEMPORAL_HTTP_URL'] : [])),
        ...servers.map(({ replacedBy }) => replacedBy),
        ...FROM_THE_PLATFORM,
      ];
      const names = [...read(path).matchAll(/^\s+([A-Z][A-Z_]+): /gm)].map(([, name]) => name!);
      return names.filter((name) => !known.includes(name)).map((name) => `${path} reads ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it('the image runs Node with the flags of the launcher', () => {
    const [, entrypoint] = /^ENTRYPOINT (.+)$/m.exec(read('infra/docker/Dockerfile'))!;
    expect(JSON.parse(entrypoint!)).toEqual(['node', ...NODE_FLAGS]);
  });

  it('nginx passes requests to the process that it publishes', () => {
    const [published] = processes.filter((process) => process.published === 'by nginx');
    expect(read('infra/nginx/nginx.conf')).toContain(
      `set $copies ${published!.name}:${Object.values(published!.port)[0]};`,
    );
  });
});

/** In every container, or with one default for all. */
const FROM_THE_PLATFORM = [
  'HOST',
  'PORT',
  'LOG_LEVEL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER_ARG',
  'DATABASE_URL',
  'DATA_DIR',
  'OBJECT_STORE',
  'TEMPORAL_NAMESPACE',
  // There is no launcher in containers.
  'LAUNCHER_SOCKET',
];
