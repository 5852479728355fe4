import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, BatchAction, DeadLetterApi } from './dead-letter-api.js';
import { formatBatchResult, formatPlan, formatProgress } from './dead-letter-format.js';
import type { Selection } from './dlq-options.js';
import { printResult } from './print-result.js';

const POLL_INTERVAL = 500;

/** Reports what a batch would do, or with `--yes` starts it and waits for its end. Resolves with the exit code. */
export async function runBatch(
  api: DeadLetterApi,
  action: BatchAction,
  details: { force: boolean } | { reason: string },
  { yes, limit, rate, ...filter }: Selection,
  json: boolean,
): Promise<number> {
  const request = { filter, ...details, ...(limit && { limit }), ...(rate && { ratePerSecond: rate }) };
  const response = await api.submitBatch(action, { ...request, dryRun: !yes });
  if (response.batch) return waitForEnd(api, response.batch, json);
  const hint = response.selected ? 'Nothing was changed: add --yes to do it.' : '';
  printResult(json, response, () =>
    yes ? `Nothing was changed: there is nothing to ${action}.` : `${formatPlan(action, response)}\n${hint}`.trimEnd(),
  );
  return yes ? 1 : 0;
}

/** The batch runs in the console, and goes on when this command is interrupted. */
async function waitForEnd(api: DeadLetterApi, started: Batch, json: boolean): Promise<number> {
  if (!json) process.stderr.write(`npm run dlq -- stop ${started.id} stops it\n`);
  let batch = started;
  for (let printed = -1; ['running', 'paused'].includes(batch.status); batch = await api.batch(batch.id)) {
    if (!json && batch.resolved !== printed) process.stderr.write(`${formatProgress(batch)}\n`);
    printed = batch.resolved;
    await sleep(POLL_INTERVAL);
  }
  printResult(json, batch, formatBatchResult);
  return batch.status === 'done' ? 0 : 1;
}
