import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '@waybill/cli';
import { BLOCKED_PORTS, DEFAULT_PORTS, processes, servers } from '@waybill/system';
import { contractFilesOf, destinationsOf, exportedNames, type KnownContract } from './known-contracts.js';
import type { ServiceRequest } from './service-plan.js';
import { listed, pascalCase } from './words.js';

const SERVICE_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MESSAGE_NAME = /^[A-Z][a-z0-9]*([A-Z]+[a-z0-9]*)*$/;
/** The templates use these words for something else. */
const RESERVED = ['entry', 'entries', 'prisma', 'test'];
/** From here on they are the system's to give to outgoing connections. */
const LAST_PORT = 32_767;

/** Everything that is wrong with the request, each with what would be right. Empty: it can be done. */
export function mistakesIn(root: string, request: ServiceRequest, known: readonly KnownContract[]): string[] {
  const exported = exportedNames(root);
  return [
    ...mistakesInName(root, request.name, exported),
    ...mistakesInPort(root, request.port),
    ...request.events.flatMap((event) => mistakeInEvent(event, known)),
    ...request.tasks.flatMap((task) => mistakeInNewMessage('--task', task, 'RedeemPoints', exported)),
    ...request.emits.flatMap((event) => mistakeInNewMessage('--emits', event, 'PointsEarned', exported)),
    ...repeated([...request.events, ...request.tasks, ...request.emits]).map((name) => `${name} is given twice`),
  ];
}

function mistakesInName(root: string, name: string, exported: ReadonlySet<string>): string[] {
  if (!SERVICE_NAME.test(name)) return [`'${name}' is no name of a service: use lower case, such as gift-cards`];
  if (RESERVED.includes(name)) return [`a service cannot be called ${name}: its own code has that word`];
  const taken = [
    ...[...processes, ...servers].filter((each) => each.name === name).map(() => 'a process or server has that name'),
    ...(namesOfPackages(root).has(name) ? ['a package of the workspace has that name'] : []),
    ...(existsSync(join(root, 'services', name)) ? [`services/${name} exists`] : []),
    ...contractFilesOf(name)
      .filter((file) => existsSync(join(root, file)))
      .map((file) => `${file} exists`),
    ...[...destinationsOf(root).values()].filter((it) => it === `${name}.events`).map((it) => `the topic ${it} exists`),
    ...(exported.has(pascalCase(name)) ? [`libs/contracts exports ${pascalCase(name)}`] : []),
  ];
  return taken.length ? [`the name ${name} is taken: ${listed(taken)}`] : [];
}

/** Without their scope. */
function namesOfPackages(root: string): Set<string> {
  const manifests = globSync(['{libs,services,infra}/*/package.json', '{tests,bench}/package.json'], { cwd: root });
  const names = manifests.map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')).name as string);
  return new Set(names.map((name) => name.split('/').at(-1)!));
}

function mistakesInPort(root: string, port: number): string[] {
  const next = nextFreePort(root);
  if (port < 1_024 || port > LAST_PORT)
    return [`--port ${port}: it must be between 1024 and ${LAST_PORT}, such as ${next}`];
  if (BLOCKED_PORTS.has(port)) return [`--port ${port}: fetch and browsers refuse it; ${next} is free`];
  const holder = portsInUse(root).get(port);
  return holder ? [`--port ${port} is ${holder}; ${next} is free`] : [];
}

/** The first one after those of the services. */
export function nextFreePort(root: string): number {
  const used = portsInUse(root);
  let port = Math.min(...processes.flatMap((process) => Object.values(process.port)));
  while (used.has(port) || BLOCKED_PORTS.has(port)) port++;
  return port;
}

/** By the settings that move them: the declared ones, and those of `.env`, such as Grafana's. */
function portsInUse(root: string): Map<number, string> {
  const inEnv = readFileSync(join(root, '.env'), 'utf8').matchAll(/(\w+_PORT)=(\d+)/g);
  return new Map([
    ...[...inEnv].map(([, name, port]) => [Number(port), name!] as const),
    ...Object.entries(DEFAULT_PORTS).map(([name, port]) => [port, name] as const),
  ]);
}

function mistakeInEvent(event: string, known: readonly KnownContract[]): string[] {
  const contract = known.find(({ name }) => name === event);
  if (contract?.kind === 'event') return [];
  if (contract) return [`--event ${event}: that is a ${contract.kind}, for one service only`];
  const events = known.filter(({ kind }) => kind === 'event').map(({ name }) => name);
  const meant = didYouMean(event, events);
  return [
    `--event ${event}: there is no such event; ${meant ? `did you mean ${meant}?` : `there are ${listed(events)}`}`,
  ];
}

function mistakeInNewMessage(option: string, name: string, such: string, exported: ReadonlySet<string>): string[] {
  if (!MESSAGE_NAME.test(name)) return [`${option} ${name}: write it as ${such}`];
  if (!exported.has(name)) return [];
  const why = option === '--task' ? 'a task has one consumer' : 'an event has one sender';
  return [`${option} ${name}: libs/contracts has that name already, and ${why}`];
}

const repeated = (all: readonly string[]): string[] => [...new Set(all.filter((one, at) => all.indexOf(one) !== at))];
