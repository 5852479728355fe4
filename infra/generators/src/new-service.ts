import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateFromSources } from '@waybill/system';
import { mistakesIn, nextFreePort } from './check-request.js';
import { changedFiles, requireCleanTree } from './clean-tree.js';
import { declareService } from './declaration.js';
import { knownContracts, sampleOf } from './known-contracts.js';
import { newFiles } from './service-files.js';
import { planOf, type ServicePlan, type ServiceRequest } from './service-plan.js';
import { Toolchain } from './toolchain.js';

export type NewServiceOptions = Omit<ServiceRequest, 'port'> & { port?: number | undefined };

/** `npm run new:service`. Throws before it writes anything when the request cannot be done. */
export async function newService(root: string, options: NewServiceOptions, report: (line: string) => void) {
  requireCleanTree(root);
  const request = { ...options, port: options.port ?? nextFreePort(root) };
  const known = knownContracts(root);
  const mistakes = mistakesIn(root, request, known);
  if (mistakes.length) throw new Error(mistakes.join('\n'));

  const samples = known.flatMap(({ name, type }) => {
    const sample = sampleOf(root, type);
    return sample ? [[name, sample] as const] : [];
  });
  const plan = planOf(request, known, new Map(samples));
  report(`Writing services/${plan.name}. To undo it: ${undoOf(plan.name)}`);
  await write(root, plan, new Toolchain(root, report));
  report(summaryOf(plan, changedFiles(root)));
}

async function write(root: string, plan: ServicePlan, toolchain: Toolchain): Promise<void> {
  for (const [path, content] of newFiles(plan)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  declareService(root, plan);
  generateFromSources(root);
  await toolchain.format(changedFiles(root));
  await toolchain.install();
  await toolchain.generate();
  if (plan.newEvents.length + plan.newTasks.length) await toolchain.recordVersions();
}

export const undoOf = (name: string): string =>
  `git checkout . && git clean -fdxq services/${name} libs/contracts/src libs/contracts/history`;

function summaryOf({ name, port, handlers, newEvents }: ServicePlan, changed: readonly string[]): string {
  const added = changed.filter((path) => path.startsWith(`services/${name}/`) || path.includes(`/${name}.`));
  const others = changed.filter((path) => !added.includes(path));
  const unsent = handlers.length ? [] : newEvents.map(({ message }) => `Nothing sends ${message} yet.`);
  return [
    '',
    `services/${name} has ${added.length} files. Beside it changed:`,
    ...others.map((path) => `  ${path}`),
    ...unsent,
    '',
    'What comes next:',
    `  npm test -- services/${name}     its tests, with the servers that they need`,
    `  npm start                        runs it at http://127.0.0.1:${port}/entries`,
    `  services/${name}/src/domain      give Entry the name and the facts that it has in your business`,
    '  docs/guide/add-a-service.md      what each file is for',
    `  npm run remove:service -- ${name}   removes all of it again, once it is committed; before that:`,
    `    ${undoOf(name)}`,
  ].join('\n');
}
