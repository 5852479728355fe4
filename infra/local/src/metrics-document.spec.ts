import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS_DOCUMENT, metricsDocument } from './metrics-document.js';
import { root } from './settings.js';

it('docs/metrics.md lists what the processes register; otherwise: npm run generate', async () => {
  expect(readFileSync(join(root, METRICS_DOCUMENT), 'utf8')).toBe(await metricsDocument());
});
