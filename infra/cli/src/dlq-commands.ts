import { readFileSync, writeFileSync } from 'node:fs';
import { defineCommand } from './command.js';
import { UsageError } from './command-line.js';
import { DeadLetterApi, Rejected } from './dead-letter-api.js';
import { formatBatchResult, formatDeadLetters, formatDetail, formatGroups } from './dead-letter-format.js';
import { runBatch } from './dlq-batch.js';
import { common, filter, flag, page, type Selection, selection, text } from './dlq-options.js';
import { readEndpoints, userPath } from './endpoints.js';
import { printResult } from './print-result.js';

export const list = defineCommand({
  command: 'npm run dlq -- list',
  about: 'Lists dead letters, latest first.',
  options: { ...filter, ...page, ...common },
  async run({ endpoints, as, json, ...query }) {
    const response = await connect(endpoints, as).list(query);
    printResult(json, response, formatDeadLetters);
    return 0;
  },
});

export const groups = defineCommand({
  command: 'npm run dlq -- groups',
  about: 'Groups dead letters by their failure, largest group first.',
  options: { ...filter, ...page, ...common },
  async run({ endpoints, as, json, ...query }) {
    const response = await connect(endpoints, as).groups(query);
    printResult(json, response, formatGroups);
    return 0;
  },
});

export const show = defineCommand({
  command: 'npm run dlq -- show ID',
  about: 'Shows one dead letter with its headers, body, stack trace and history.',
  options: {
    save: { value: 'FILE', help: 'also write the body to a file, for editing', schema: text },
    ...common,
  },
  async run({ endpoints, as, json, save }, id) {
    if (!id) throw new UsageError('the ID of a dead letter is missing; npm run dlq -- list shows them');
    const deadLetter = await connect(endpoints, as).show(id);
    if (save && deadLetter.bodyUnavailable) throw new Rejected(`nothing was saved: ${deadLetter.bodyUnavailable}`);
    if (save) writeFileSync(userPath(save), Buffer.from(deadLetter.body, deadLetter.bodyEncoding));
    printResult(json, deadLetter, formatDetail);
    return 0;
  },
});

export const resubmit = defineCommand({
  command: 'npm run dlq -- resubmit [ID]',
  about: `Sends one dead letter, or all that match a filter, to the one consumer that failed.
Without an ID it reports what it would do; --yes does it.`,
  options: {
    body: { value: 'FILE', help: 'with an ID: send the content of this file as the body', schema: text },
    ...selection,
    force: { help: 'even if it was resubmitted too often', schema: flag },
    ...common,
  },
  async run({ endpoints, as, json, body, force, ...selected }, id) {
    const api = connect(endpoints, as);
    if (id) {
      rejectSelection(selected);
      const edited = body && { body: readFileSync(userPath(body), 'utf8') };
      const deadLetter = await api.resubmit(id, { ...edited, force });
      printResult(json, deadLetter, () => `${id} is resubmitted to ${deadLetter.consumer}.`);
      return 0;
    }
    if (body) throw new UsageError('--body is for one dead letter: give its ID');
    return runBatch(api, 'resubmit', { force }, selected, json);
  },
});

export const discard = defineCommand({
  command: 'npm run dlq -- discard [ID]',
  about: `Discards one dead letter, or all that match a filter, and releases the events parked behind it.
Without an ID it reports what it would do; --yes does it.`,
  options: {
    reason: { value: 'TEXT', help: 'why, for the history; required', schema: text },
    ...selection,
    ...common,
  },
  async run({ endpoints, as, json, reason, ...selected }, id) {
    if (!reason) throw new UsageError('--reason is missing: say why');
    const api = connect(endpoints, as);
    if (!id) return runBatch(api, 'discard', { reason }, selected, json);
    rejectSelection(selected);
    const response = await api.discard(id, { reason });
    printResult(json, response, () => `${id} is discarded.`);
    return 0;
  },
});

export const stop = defineCommand({
  command: 'npm run dlq -- stop ID',
  about: 'Stops a batch. What it has not resubmitted or discarded yet is waiting again.',
  options: common,
  async run({ endpoints, as, json }, id) {
    if (!id) throw new UsageError('the ID of a batch is missing; it was printed when the batch started');
    const batch = await connect(endpoints, as).stopBatch(id);
    printResult(json, batch, formatBatchResult);
    return 0;
  },
});

function connect(endpointsFile: string | undefined, operator: string): DeadLetterApi {
  const { deadLetters, operatorToken } = readEndpoints(endpointsFile, ['deadLetters', 'operatorToken']);
  return new DeadLetterApi(deadLetters, operatorToken, operator);
}

function rejectSelection({ yes: _, ...selected }: Selection): void {
  if (Object.values(selected).some(Boolean)) throw new UsageError('an ID and a filter cannot be combined');
}
