import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoints } from '@waybill/cli';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { messaging } from './messaging.js';

const BENCHMARKS: Record<string, (endpoints: Endpoints) => Promise<void>> = { memory, latency, messaging };

const file = process.env.WAYBILL_ENDPOINTS ?? join(process.env.WAYBILL_HOME ?? '.waybill', 'endpoints.json');
const names = process.argv.slice(2);
const unknown = names.find((name) => !BENCHMARKS[name]);

if (unknown) {
  console.error(`there is no benchmark '${unknown}'; there are ${Object.keys(BENCHMARKS).join(' and ')}`);
  process.exitCode = 2;
} else {
  const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  for (const name of names.length ? names : ['memory', 'latency']) await BENCHMARKS[name]!(endpoints);
}
