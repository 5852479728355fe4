import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

type History = Parameters<typeof historyToJSON>[0];

/** Histories of sagas as released versions ran them, one for each scenario. */
const FOLDER = join(import.meta.dirname, '..', '..', 'histories');

export const recordedHistories = (): { workflowId: string; history: unknown }[] =>
  globSync('*.json', { cwd: FOLDER }).map((file) => ({
    workflowId: basename(file, '.json'),
    history: JSON.parse(readFileSync(join(FOLDER, file), 'utf8')),
  }));

/** Keeps the history of a scenario that has none yet, without what tells of the machine it was recorded on. */
export async function recordMissingHistory(scenario: string, fetchHistory: () => Promise<History>): Promise<void> {
  const name = scenario.replace(/^the saga of an order /, '').replace(/\W+/g, '-');
  const file = join(FOLDER, `${name.toLowerCase()}.json`);
  if (existsSync(file)) return;
  mkdirSync(FOLDER, { recursive: true });
  const events = JSON.parse(historyToJSON(await fetchHistory()), (field, value) =>
    field === 'stackTrace' ? '' : field === 'identity' ? 'saga.spec' : value,
  );
  writeFileSync(file, `${JSON.stringify(events)}\n`);
}
