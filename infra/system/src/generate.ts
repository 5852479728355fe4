import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireComplete } from './check.js';
import { composeFile } from './compose.js';
import { buildNetworks } from './compose-network.js';
import { consumersFile } from './consumers.js';
import { composeEndpoints } from './endpoints.js';
import type { GeneratedFile } from './generated-file.js';
import { prometheusConfig } from './prometheus.js';
import { referencesOfPackages } from './references.js';

/** The committed files that follow from the declaration and from the packages' own dependencies. */
export function generatedFiles(root: string): GeneratedFile[] {
  return [
    ['docker-compose.yml', composeFile(root)],
    ['tests/compose/network.yml', buildNetworks()],
    ['infra/docker/endpoints.json', composeEndpoints()],
    ['infra/prometheus/prometheus.yml', prometheusConfig()],
    ['libs/contracts/src/consumers.ts', consumersFile(root)],
    ...referencesOfPackages(root),
  ];
}

export const staleFiles = (root: string): GeneratedFile[] =>
  generatedFiles(root).filter(([path, content]) => readFileSync(join(root, path), 'utf8') !== content);

/** `npm run generate`: writes what is stale. Returns the paths. */
export function generate(root: string): string[] {
  requireComplete(root);
  const stale = staleFiles(root);
  for (const [path, content] of stale) writeFileSync(join(root, path), content);
  return stale.map(([path]) => path);
}
