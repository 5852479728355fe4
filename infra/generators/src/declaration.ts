import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRACTS } from './known-contracts.js';
import type { ServicePlan } from './service-plan.js';

/** The files that all services share and that people write: everything else follows from them. */
export const DECLARATION = join('infra', 'system', 'src', 'system.ts');
export const TOPICS = join(CONTRACTS, 'topics.ts');
export const QUEUES = join(CONTRACTS, 'queues.ts');

const END_OF_PROCESSES = '\n] as const satisfies readonly Process[];';
const PROCESS = /^ {2}\{\n(?: {4}.*\n)+ {2}\},\n/gm;

/** Adds the process, its topic and its queues. Returns the paths that it changed. */
export function declareService(root: string, { newEvents, topic, queues, ...plan }: ServicePlan): string[] {
  const declaration = readFileSync(join(root, DECLARATION), 'utf8');
  if (!declaration.includes(END_OF_PROCESSES)) throw new Error(`${DECLARATION} has no end of PROCESSES`);
  const withEntry = declaration.replace(END_OF_PROCESSES, () => `\n${entryOf(plan)}${END_OF_PROCESSES}`);
  writeFileSync(join(root, DECLARATION), withEntry);
  const changed = [DECLARATION];
  if (newEvents.length)
    changed.push(define(root, TOPICS, `${topic.constant} = defineTopic({ name: '${topic.name}' })`));
  for (const { constant, name } of queues) define(root, QUEUES, `${constant} = defineQueue({ name: '${name}' })`);
  return queues.length ? [...changed, QUEUES] : changed;
}

function define(root: string, path: string, definition: string): string {
  appendFileSync(join(root, path), `export const ${definition};\n`);
  return path;
}

const entryOf = ({
  name,
  does,
  portName,
  port,
  database,
}: Pick<ServicePlan, 'name' | 'does' | 'portName' | 'port' | 'database'>) => `  {
    name: '${name}',
    does: '${does}',
    package: 'services/${name}',
    port: { ${portName}: ${port} },
    database: '${database}',
    needs: ['tasks', 'events'],
    secrets: ['OPERATOR_TOKEN'],
    pages: [{ label: '${name}', path: '/entries' }],
  },`;

/** Removes every process of the service. */
export function undeclareService(root: string, name: string): void {
  const declaration = readFileSync(join(root, DECLARATION), 'utf8');
  const others = declaration.replace(PROCESS, (entry) => (entry.includes(`package: 'services/${name}',`) ? '' : entry));
  writeFileSync(join(root, DECLARATION), others);
}

/** Removes topics or queues by their constants, with the comments in front of them. */
export function undefine(root: string, path: string, constants: readonly string[]): void {
  const source = readFileSync(join(root, path), 'utf8');
  const without = constants.reduce(
    (text, constant) =>
      text.replace(new RegExp(`^(?:/\\*\\*.*\\*/\\n)?export const ${constant} = [\\s\\S]*?\\);\\n`, 'm'), ''),
    source,
  );
  if (without !== source) writeFileSync(join(root, path), without);
}
