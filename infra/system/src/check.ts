import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Process, Server } from './declaration.js';
import { endpointKey, processes, servers } from './derived.js';

/** Throws with everything in the declaration that does not fit itself or the folders below `root`. */
export function requireComplete(root: string): void {
  const mistakes = mistakesIn(root, processes, servers);
  if (mistakes.length) throw new Error(`infra/system/src/system.ts:\n${mistakes.map((it) => `  ${it}`).join('\n')}`);
}

export function mistakesIn(root: string, declared: readonly Process[], backing: readonly Server[]): string[] {
  const names = [...declared, ...backing].map(({ name }) => name);
  const settings = [...declared.map(({ port }) => port), ...backing.map(({ ports }) => ports)].flatMap(Object.entries);
  const endpoints = [...declared.map(endpointKey), ...backing.flatMap(({ ui }) => ui?.endpoint ?? [])];
  return [
    ...repeated(names).map((name) => `${name} is declared twice`),
    ...repeated(settings.map(([setting]) => setting)).map((setting) => `${setting} is declared twice`),
    ...repeated(settings.map(([, port]) => String(port))).map((port) => `port ${port} is given to two processes`),
    ...repeated(endpoints).map((key) => `${key} is the key of two endpoints`),
    ...declared.flatMap((process) => mistakesOf(process, names, root)),
    ...undeclared(declared, root),
  ];
}

function mistakesOf(
  { name, port, package: folder, entry = 'main', calls = [] }: Process,
  names: string[],
  root: string,
) {
  const source = join(folder, 'src', `${entry}.ts`);
  return [
    ...(Object.keys(port).length === 1 ? [] : [`${name} has ${Object.keys(port).length} ports instead of one`]),
    ...(existsSync(join(root, source)) ? [] : [`${name} is to be run by ${source}, which is not there`]),
    ...calls.filter((other) => !names.includes(other)).map((other) => `${name} calls ${other}, which is not declared`),
  ];
}

function undeclared(declared: readonly Process[], root: string): string[] {
  const folders = globSync('services/*/package.json', { cwd: root }).map(dirname).sort();
  const known = declared.map((process) => process.package);
  return folders.filter((folder) => !known.includes(folder)).map((folder) => `${folder} has no process`);
}

const repeated = (all: readonly string[]): string[] => [...new Set(all.filter((one, at) => all.indexOf(one) !== at))];
