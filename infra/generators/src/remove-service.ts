import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '@waybill/cli';
import { generateFromSources, handledMessages, processes } from '@waybill/system';
import { requireCleanTree } from './clean-tree.js';
import { QUEUES, TOPICS, undeclareService, undefine } from './declaration.js';
import { dependentsOf } from './dependents.js';
import { CONTRACTS, contractFilesOf, historyFile, type KnownContract, knownContracts } from './known-contracts.js';
import { Toolchain } from './toolchain.js';

const SHOWN = 12;

/** `npm run remove:service`. Throws before it removes anything when the service is unknown or something depends on it. */
export async function removeService(root: string, name: string, report: (line: string) => void): Promise<void> {
  requireCleanTree(root);
  requireService(root, name);
  const known = knownContracts(root);
  const own = contractsOf(root, name, known);
  requireIndependent(name, dependentsOf(root, name, own));
  const files = [...new Set(own.map(({ file }) => file))];
  requireWholeFiles(files, own, known);

  report(`Removing services/${name}. To undo it: git checkout . && npm run build`);
  const settings = settingsOf(name);
  removeContracts(root, files, known);
  rmSync(join(root, 'services', name), { recursive: true });
  undeclareService(root, name);
  generateFromSources(root);
  const toolchain = new Toolchain(root, report);
  await toolchain.install();
  await toolchain.generate();
  report(summaryOf(name, files, settings));
}

function requireService(root: string, name: string): void {
  const services = [...new Set(processes.map((process) => process.package))]
    .filter((folder) => folder.startsWith('services/'))
    .map((folder) => folder.slice('services/'.length));
  if (services.includes(name) && existsSync(join(root, 'services', name))) return;
  const meant = didYouMean(name, services);
  throw new Error(
    `there is no service ${name}; ${meant ? `did you mean ${meant}?` : `there are ${services.join(', ')}`}`,
  );
}

/** The messages that would mean nothing without the service: its tasks, the events that only it sends, those of its files. */
function contractsOf(root: string, service: string, known: readonly KnownContract[]): KnownContract[] {
  const files = contractFilesOf(service);
  const senders = sendersOf(root);
  const isSent = ({ name }: KnownContract) => {
    const all = senders.get(name);
    return all?.size === 1 && all.has(service);
  };
  const handled = handledMessages(root).filter((message) => message.service === service);
  const isHandled = ({ name }: KnownContract) => handled.some(({ contract }) => contract === name);
  return known.filter(
    (contract) =>
      files.includes(join(CONTRACTS, contract.file)) ||
      (contract.kind === 'event' ? isSent(contract) : isHandled(contract)),
  );
}

/** The services that send each message, by their sources without tests. */
function sendersOf(root: string): Map<string, Set<string>> {
  const senders = new Map<string, Set<string>>();
  for (const path of globSync('services/*/src/**/*.ts', { cwd: root })) {
    if (path.includes('/test/') || path.includes('/generated/')) continue;
    for (const [, name] of readFileSync(join(root, path), 'utf8').matchAll(/\b([A-Z]\w+)\.of\(/g))
      senders.set(name!, (senders.get(name!) ?? new Set()).add(path.split('/')[1]!));
  }
  return senders;
}

function requireIndependent(name: string, dependents: readonly string[]): void {
  if (!dependents.length) return;
  const more = dependents.length > SHOWN ? [`  and ${dependents.length - SHOWN} more`] : [];
  const shown = dependents.slice(0, SHOWN).map((line) => `  ${line}`);
  throw new Error([`${name} cannot be removed while others depend on it:`, ...shown, ...more].join('\n'));
}

function requireWholeFiles(files: readonly string[], own: readonly KnownContract[], known: readonly KnownContract[]) {
  const others = known.filter((contract) => files.includes(contract.file) && !own.includes(contract));
  if (!others.length) return;
  const names = others.map(({ name, file }) => `${name} in ${file}`).join(', ');
  throw new Error(
    `libs/contracts/src has messages of others beside its own: ${names}. Move them to another file first`,
  );
}

/** With every version that was published, and the topics and queues that only they used. */
function removeContracts(root: string, files: readonly string[], known: readonly KnownContract[]): void {
  const sources = files.map((file) => readFileSync(join(root, CONTRACTS, file), 'utf8'));
  const kept = [...new Set(known.map(({ file }) => file))].filter((file) => !files.includes(file));
  const used = kept.flatMap((file) => destinationsIn(readFileSync(join(root, CONTRACTS, file), 'utf8')));
  const unused = sources.flatMap(destinationsIn).filter((constant) => !used.includes(constant));
  for (const path of [TOPICS, QUEUES]) undefine(root, path, unused);
  for (const [, type] of sources.flatMap((source) => [...source.matchAll(/\btype: '([^']+)'/g)]))
    rmSync(historyFile(root, type!), { force: true });
  for (const file of files) rmSync(join(root, CONTRACTS, file));
}

const destinationsIn = (source: string): string[] =>
  [...source.matchAll(/\b(?:topic|queue): (\w+)/g)].map(([, it]) => it!);

/** Settings of its own in `.env`, which are written by hand. */
function settingsOf(service: string): string[] {
  const isOurs = (folder: string) => folder === `services/${service}`;
  const of = (ours: boolean) =>
    processes.filter((process) => isOurs(process.package) === ours).flatMap(({ settings = [] }) => settings);
  return [...new Set(of(true))].filter((setting) => !of(false).includes(setting));
}

function summaryOf(name: string, files: readonly string[], settings: readonly string[]): string {
  return [
    '',
    `services/${name} is gone${files.length ? `, with ${files.join(' and ')}` : ''}.`,
    ...(settings.length ? [`.env still explains ${settings.join(', ')}.`] : []),
    'Running servers still have its database, topics and queues: npm run reset deletes them with all other data.',
    '',
    'What comes next:',
    '  npm run lint && npm run test:unit',
  ].join('\n');
}
