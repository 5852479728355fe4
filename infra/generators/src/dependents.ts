import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointKey, processes } from '@waybill/system';
import { git } from './clean-tree.js';
import type { KnownContract } from './known-contracts.js';

/** Files that name a service without depending on it: the declaration, what is generated from it, and what explains generators. */
const NEUTRAL =
  /^(infra\/(system|generators|grafana|prometheus\/prometheus\.yml|docker)\/?|libs\/contracts\/|docs\/(metrics\.md|guide\/add-a-service\.md)|tests\/fork\/|docker-compose\.yml|services\/console\/web\/src\/api\/types\/|tests\/compose\/network\.yml|tsconfig\.json|pnpm-lock\.yaml|CHANGELOG\.md|\.env)/;

/** It imports the types of the APIs that it uses. */
const CONSOLE_PAGE = /^services\/console\/web\/src\//;

/** The README's table of services. */
const GENERATED = /<!-- Written by `npm run generate`[\s\S]*?<!-- End of what is written\. -->/;

/** What keeps a service from being removed, code before documentation. */
export function dependentsOf(root: string, service: string, own: readonly KnownContract[]): string[] {
  const folder = `services/${service}/`;
  const ours = processes.filter((process) => process.package === `services/${service}`);
  const callers = processes.filter(({ calls = [] }) => ours.some(({ name }) => calls.includes(name)));
  const signs = signsOf(service, own, ours.map(endpointKey));
  const isPage = (path: string) => path.endsWith('.md');
  const files = git(root, 'ls-files', '-z')
    .split('\0')
    .filter((path) => path && !path.startsWith(folder));
  return [
    ...callers.filter((process) => !ours.includes(process)).map(({ name }) => `${name} calls it`),
    ...files
      .filter((path) => !NEUTRAL.test(path))
      .sort((a, b) => Number(isPage(a)) - Number(isPage(b)))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8').replace(GENERATED, '');
        const found = signs.find(({ pattern, among }) => among.test(path) && pattern.test(text));
        return found ? [`${path} ${found.why}`] : [];
      }),
  ];
}

interface Sign {
  pattern: RegExp;
  /** Paths in which the pattern means that. */
  among: RegExp;
  why: string;
}

function signsOf(service: string, own: readonly KnownContract[], endpoints: readonly string[]): Sign[] {
  const sources = /\.(m?[jt]s|tsx)$/;
  return [
    ...own.map(({ name }) => ({ pattern: new RegExp(`\\b${name}\\b`), among: sources, why: `uses ${name}` })),
    { pattern: new RegExp(`services/${service}(?![\\w-])`), among: /./, why: `names services/${service}` },
    { pattern: new RegExp(`'services', '${service}'`), among: sources, why: `names services/${service}` },
    { pattern: new RegExp(`/types/${service}\\.js'`), among: CONSOLE_PAGE, why: `uses the API of services/${service}` },
    ...endpoints.map((key) => ({
      pattern: new RegExp(`endpoints\\(\\)\\.${key}\\b|\\b${key}\\b[^=;]*\\} = endpoints\\(\\)|endpoints.*'${key}'`),
      among: sources,
      why: `calls ${key}`,
    })),
  ];
}
