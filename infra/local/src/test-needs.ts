import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import type { ServerName } from '@waybill/system';
import { root } from './settings.js';

/** `system`: the whole of it. `program`: one that the test brings and starts itself, such as Redis. */
export type Need = ServerName | 'system' | 'program';

/** What the properties of `backingServices()` stand for. */
const SERVERS: Record<string, ServerName> = {
  postgres: 'postgres',
  rabbitmq: 'rabbitmq',
  rabbitmqUi: 'rabbitmq',
  kafka: 'kafka',
  nats: 'nats',
  sqs: 'sqs',
  temporal: 'temporal',
  smtp: 'mail',
  mail: 'mail',
};

const IMPORT = /(?:import|export)\s+(type\s)?([^'"]*?)from\s+'([^']+)'/g;
const TESTING = 'libs/testing/src';

/** What these spec files of `dist` need, by what they import and which servers' addresses that asks for. */
export function needsOf(specs: readonly string[]): Set<Need> {
  const needs = new Set<Need>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = readFileSync(join(root, file), 'utf8');
    for (const need of needsIn(file, source)) needs.add(need);
    for (const imported of importsOf(file, source)) visit(imported);
  };
  for (const spec of specs) visit(sourceOf(spec));
  return needs;
}

/** `libs/outbox/src/relay.spec.ts` for its compiled file. */
function sourceOf(spec: string): string {
  const path = relative(root, spec).split(sep).join('/').replace(/\.js$/, '.ts');
  return path.startsWith('tests/') ? path.replace('/dist/', '/') : path.replace('/dist/', '/src/');
}

function needsIn(file: string, source: string): Need[] {
  if (file === 'tests/system/running-system.ts') return ['system'];
  if (file === `${TESTING}/program.ts` || file === 'tests/alerts.spec.ts') return ['program'];
  const accessed = [...source.matchAll(/backingServices\(\)\.(\w+)/g)].map(([, name]) => name!);
  const destructured = [...source.matchAll(/\{([^{}]*)\} = backingServices\(\)/g)].flatMap(([, names]) =>
    names!.split(',').map((name) => name.split(':')[0]!.trim()),
  );
  return [...accessed, ...destructured].flatMap((name) => SERVERS[name] ?? []);
}

/** Files of the same package, and those of libs/testing that define what is imported from it; nothing for types. */
function importsOf(file: string, source: string): string[] {
  return [...source.matchAll(IMPORT)].flatMap(([, type, names, from]) => {
    if (type) return [];
    if (from!.startsWith('.')) return existing(normalize(join(dirname(file), from!)).replace(/\.js$/, '.ts'));
    return from === '@waybill/testing' ? valuesIn(names!).flatMap(definitionOf) : [];
  });
}

const valuesIn = (names: string): string[] =>
  names
    .replace(/[{}]/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name && !name.startsWith('type '))
    .map((name) => name.split(' as ')[0]!);

const existing = (file: string): string[] => (existsSync(join(root, file)) ? [file] : []);

/** The file of libs/testing that defines each name. */
const definitions = new Map<string, string>();

function definitionOf(name: string): string[] {
  if (definitions.size === 0) readDefinitions();
  const file = definitions.get(name);
  return file ? [file] : [];
}

function readDefinitions(): void {
  for (const [, module] of readFileSync(join(root, TESTING, 'index.ts'), 'utf8').matchAll(/from '\.\/([\w-]+)\.js'/g)) {
    const file = `${TESTING}/${module}.ts`;
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, name] of source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm))
      definitions.set(name!, file);
  }
}
