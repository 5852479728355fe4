import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brokerFigures } from './broker-page.js';
import { requireComplete } from './check.js';
import { composeFile } from './compose.js';
import { buildNetworks } from './compose-network.js';
import { consumersFile } from './consumers.js';
import { dashboardFiles } from './dashboards/index.js';
import { composeEndpoints } from './endpoints.js';
import type { GeneratedFile } from './generated-file.js';
import { messagesFile } from './messages.js';
import { prometheusConfig } from './prometheus.js';
import { servicesInReadme } from './readme.js';
import { referencesOfPackages } from './references.js';
import { portsInEnv } from './settings-example.js';

/** The committed files that follow from the declaration and from the packages' own dependencies. */
export function generatedFiles(root: string): GeneratedFile[] {
  return [
    ['docker-compose.yml', composeFile(root)],
    ['tests/compose/network.yml', buildNetworks()],
    ['infra/docker/endpoints.json', composeEndpoints()],
    ['infra/prometheus/prometheus.yml', prometheusConfig()],
    ...dashboardFiles(),
    portsInEnv(root),
    servicesInReadme(root),
    brokerFigures(root),
    ...filesFromSources(root),
  ];
}

/** Those that the compiler needs. They follow from the packages alone, so that they can be written before it runs. */
function filesFromSources(root: string): GeneratedFile[] {
  return [
    ['libs/contracts/src/messages.ts', messagesFile(root)],
    ['libs/contracts/src/consumers.ts', consumersFile(root)],
    ...referencesOfPackages(root),
  ];
}

export const staleFiles = (root: string): GeneratedFile[] => staleOf(root, generatedFiles(root));

const staleOf = (root: string, files: readonly GeneratedFile[]): GeneratedFile[] =>
  files.filter(
    ([path, content]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== content,
  );

/** `npm run generate`: writes what is stale. Returns the paths. */
export function generate(root: string): string[] {
  requireComplete(root);
  return write(root, staleFiles(root));
}

/** Writes what is stale of what the compiler needs, whatever the compiled declaration says. Returns the paths. */
export const generateFromSources = (root: string): string[] => write(root, staleOf(root, filesFromSources(root)));

function write(root: string, files: readonly GeneratedFile[]): string[] {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return files.map(([path]) => path);
}
