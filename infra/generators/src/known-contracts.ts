import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A message type of libs/contracts, as its source says. */
export interface KnownContract {
  name: string;
  kind: 'event' | 'task' | 'reply';
  /** Its written name and version. */
  type: string;
  /** Name of its topic or queue. */
  destination: string;
  /** The property that the message is about. */
  subject: string;
  /** File in libs/contracts/src. */
  file: string;
}

export const CONTRACTS = join('libs', 'contracts', 'src');
const HISTORY = join('libs', 'contracts', 'history');

const DEFINITION = /^export const (\w+) = define(Event|Task|Reply)\(\{([\s\S]*?)^\}\);/gm;
const DESTINATION = /^export const (\w+) = define(?:Topic|Queue)\(\{\s*name: '([^']+)'/gm;
const EXPORT = /^export (?:const|type|interface|function|class) (\w+)/gm;
const SUBJECT = /subject[:=\s]*\(\{ (\w+) \}/;

/**
 * All of them, by the text of their files: libs/contracts belongs to whoever forks, and a generator has to work whatever is
 * in it, even when it does not compile.
 */
export function knownContracts(root: string): KnownContract[] {
  const destinations = destinationsOf(root);
  return globSync('*.{events,tasks}.ts', { cwd: join(root, CONTRACTS) })
    .sort()
    .flatMap((file) => {
      const source = readFileSync(join(root, CONTRACTS, file), 'utf8');
      return [...source.matchAll(DEFINITION)].map(([, name, kind, body]) => ({
        name: name!,
        kind: kind!.toLowerCase() as KnownContract['kind'],
        type: /type: '([^']+)'/.exec(body!)![1]!,
        destination: destinations.get(/(?:topic|queue): (\w+)/.exec(body!)![1]!) ?? '',
        subject: (SUBJECT.exec(body!) ?? SUBJECT.exec(source.replaceAll(DEFINITION, '')))?.[1] ?? 'orderId',
        file,
      }));
    });
}

/** Names of topics and queues by the constants that define them. */
export function destinationsOf(root: string): Map<string, string> {
  const sources = ['topics.ts', 'queues.ts'].map((file) => readFileSync(join(root, CONTRACTS, file), 'utf8'));
  return new Map(sources.flatMap((source) => [...source.matchAll(DESTINATION)].map(([, key, name]) => [key!, name!])));
}

/** Every name that libs/contracts exports. */
export function exportedNames(root: string): Set<string> {
  const sources = globSync('*.ts', { cwd: join(root, CONTRACTS) })
    .filter((file) => !/^main\.|\.spec\.ts$/.test(file))
    .map((file) => readFileSync(join(root, CONTRACTS, file), 'utf8'));
  return new Set(sources.flatMap((source) => [...source.matchAll(EXPORT)].map(([, name]) => name!)));
}

/** The body of such a message as it may be sent; undefined when its history has none. */
export function sampleOf(root: string, type: string): Record<string, unknown> | undefined {
  const path = historyFile(root, type);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).samples[0] : undefined;
}

export const historyFile = (root: string, type: string): string => join(root, HISTORY, `${type}.json`);

/** The files of one service's own messages, whether they exist or not. */
export const contractFilesOf = (service: string): string[] =>
  [`${service}.events.ts`, `${service}.tasks.ts`].map((file) => join(CONTRACTS, basename(file)));
