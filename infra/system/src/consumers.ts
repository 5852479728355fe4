import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Destination {
  kind: 'queues' | 'topics';
  /** Its constant in libs/contracts. */
  name: string;
}

const HANDLES = /@Handles\((\w+)/g;
const CONTRACT = /export const (\w+) = define(?:Event|Task|Reply)\(\{[\s\S]*?\b(topic|queue): (\w+)/g;
const QUEUE = /export const (\w+) = defineQueue\(/g;

/** A message type that a service handles, by the name of its contract. */
export interface HandledMessage {
  service: string;
  contract: string;
}

/** libs/contracts/src/consumers.ts: what each service consumes, by its handlers. Throws when nobody consumes a queue. */
export function consumersFile(root: string): string {
  const destinations = destinationsOf(root);
  const services = Map.groupBy(handledMessages(root), ({ service }) => service);
  const consumed = [...services].map(
    ([service, handled]) => [service, handled.map(({ contract }) => destinations.get(contract)!)] as const,
  );
  requireConsumers(
    root,
    consumed.flatMap(([, ofService]) => ofService),
  );
  return [HEAD, ...consumed.map(([service, ofService]) => entry(service, ofService)), '};\n'].join('');
}

/** By the handlers of all services, sorted by service. Throws when one handles what libs/contracts does not define. */
export function handledMessages(root: string): HandledMessage[] {
  const destinations = destinationsOf(root);
  const paths = globSync('services/*/src/**/*.handler.ts', { cwd: root });
  const serviceOf = (path: string) => path.split('/')[1]!;
  return paths.sort(byService(serviceOf)).flatMap((path) => {
    const contracts = [...readFileSync(join(root, path), 'utf8').matchAll(HANDLES)].map(([, contract]) => contract!);
    const unknown = contracts.find((contract) => !destinations.has(contract));
    if (unknown) throw new Error(`${path} handles ${unknown}, which libs/contracts does not define`);
    return contracts.map((contract) => ({ service: serviceOf(path), contract }));
  });
}

/** Not by the whole path: `gift-cards/` comes before `gift/` there. */
const byService = (serviceOf: (path: string) => string) => (a: string, b: string) =>
  serviceOf(a) < serviceOf(b) || (serviceOf(a) === serviceOf(b) && a < b) ? -1 : 1;

function destinationsOf(root: string): Map<string, Destination> {
  const found = new Map<string, Destination>();
  for (const path of globSync('libs/contracts/src/*.ts', { cwd: root })) {
    for (const [, contract, kind, name] of readFileSync(join(root, path), 'utf8').matchAll(CONTRACT))
      found.set(contract!, { kind: kind === 'topic' ? 'topics' : 'queues', name: name! });
  }
  return found;
}

function requireConsumers(root: string, consumed: readonly Destination[]): void {
  const queues = [...readFileSync(join(root, 'libs/contracts/src/queues.ts'), 'utf8').matchAll(QUEUE)];
  const orphans = queues.map(([, name]) => name!).filter((name) => !consumed.some((other) => other.name === name));
  if (orphans.length) throw new Error(`no handler consumes the queues ${orphans.join(', ')} of libs/contracts`);
}

function entry(service: string, consumed: readonly Destination[]): string {
  const list = (kind: Destination['kind']) => {
    const names = new Set(consumed.filter((destination) => destination.kind === kind).map(({ name }) => name));
    const items = [...names].sort().map((name) => `${kind}.${name}`);
    const line = `    ${kind}: [${items.join(', ')}],\n`;
    return line.length <= 121 ? line : `    ${kind}: [\n${items.map((item) => `      ${item},\n`).join('')}    ],\n`;
  };
  const key = /^\w+$/.test(service) ? service : `'${service}'`;
  return `  ${key}: {\n${list('queues')}${list('topics')}  },\n`;
}

const HEAD = `// Written by \`npm run generate\` from the handlers of all services.
import type { Consumer } from '@waybill/messaging/contract';
import * as queues from './queues.js';
import * as topics from './topics.js';

/** What each service consumes: queues by itself, topics as a consumer group of its name. */
export const consumers: Record<string, Consumer> = {
`;
