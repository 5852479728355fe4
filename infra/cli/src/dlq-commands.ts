import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type CommandLine, helpOf, type Option, parseCommandLine, UsageError } from './command-line.js';
import { type Batch, type BatchAction, DeadLetterApi, Refused } from './dead-letter-api.js';
import { endText, groupTable, letterInFull, letterTable, planText, progressText } from './dead-letter-report.js';
import { readEndpoints, userPath } from './endpoints.js';

export interface Command extends CommandLine<Record<string, Option>> {
  /** Resolves with the exit code. */
  run(args: readonly string[]): Promise<number>;
}

const text = z.string().min(1).optional();
const flag = z.boolean().default(false);
const wholeNumber = (most: number) =>
  z.coerce.number('must be a number').pipe(z.int('must be a whole number').min(1).max(most));

const common = {
  endpoints: { value: 'FILE', help: "endpoints.json of the system; default: this checkout's", schema: text },
  as: {
    value: 'NAME',
    help: 'who you are, for the history; default: your login name',
    schema: z.string().default(process.env.USER || 'operator'),
  },
  json: { help: 'prints what the console answers', schema: flag },
};

const filter = {
  source: { value: 'NAME', help: 'only of this queue or topic', schema: text },
  consumer: { value: 'NAME', help: 'only given up by this service or group', schema: text },
  class: { value: 'CLASS', help: 'only malformed, business, transient or crashing', schema: text },
  type: { value: 'TYPE', help: 'only messages of this type', schema: text },
  key: { value: 'KEY', help: 'only about this, an order say', schema: text },
  group: { value: 'GROUP', help: 'only of this group of the same failure', schema: text },
};

const many = {
  limit: {
    value: 'N',
    help: 'at most so many, the oldest first; default all',
    schema: wholeNumber(1_000_000).optional(),
  },
  rate: {
    value: 'N',
    help: 'so many a second; default as fast as it goes',
    schema: z.coerce.number('must be a number').min(0.01).max(1_000).optional(),
  },
  yes: { help: 'does it', schema: flag },
};

const page = {
  status: {
    value: 'STATUS',
    help: 'waiting, resubmitted or discarded; default waiting',
    schema: z.string().default('waiting'),
  },
  limit: { value: 'N', help: 'at most so many; default 20', schema: wholeNumber(1_000).default(20) },
  cursor: { value: 'CURSOR', help: 'goes on after a list that was too long', schema: text },
};

export const list = define({
  command: 'npm run dlq -- list',
  about: 'Lists dead letters, the latest first.',
  options: { ...filter, ...page, ...common },
  async work({ endpoints, as, json, ...query }) {
    const answer = await api(endpoints, as).list(query);
    print(json, answer, () => letterTable(answer));
    return 0;
  },
});

export const groups = define({
  command: 'npm run dlq -- groups',
  about: 'Lists groups of the same failure, the largest first.',
  options: { ...filter, ...page, ...common },
  async work({ endpoints, as, json, ...query }) {
    const answer = await api(endpoints, as).groups(query);
    print(json, answer, () => groupTable(answer));
    return 0;
  },
});

export const show = define({
  command: 'npm run dlq -- show ID',
  about: 'Shows one with headers, body, stack and what has happened to it.',
  options: {
    save: { value: 'FILE', help: 'also writes the body to a file, to be edited', schema: text },
    ...common,
  },
  async work({ endpoints, as, json, save }, id) {
    const wanted = needed(id);
    const letter = await api(endpoints, as).show(wanted);
    if (save && letter.bodyUnavailable) throw new Refused(`nothing is saved: ${letter.bodyUnavailable}`);
    if (save) writeFileSync(userPath(save), Buffer.from(letter.body, letter.bodyEncoding));
    print(json, letter, () => letterInFull(letter));
    return 0;
  },
});

export const resubmit = define({
  command: 'npm run dlq -- resubmit [ID]',
  about: `Sends one, or those of a filter, to the one consumer that gave it up.
Without an ID it only says what it would do, until you add --yes.`,
  options: {
    body: { value: 'FILE', help: 'of one: sends the content of this file in place of its body', schema: text },
    ...filter,
    ...many,
    force: { help: 'also what came back too often', schema: flag },
    ...common,
  },
  async work({ endpoints, as, json, body, force, ...selection }, id) {
    const client = api(endpoints, as);
    if (id) {
      refuseSelection(selection);
      const edited = body && { body: readFileSync(userPath(body), 'utf8') };
      const letter = await client.resubmit(id, { ...edited, force });
      print(json, letter, () => `${id} is on its way to ${letter.consumer}.`);
      return 0;
    }
    if (body) throw new UsageError('--body is for one dead letter: give its ID');
    return decideMany(client, 'resubmit', { force }, selection, json);
  },
});

export const discard = define({
  command: 'npm run dlq -- discard [ID]',
  about: `Goes on without one, or those of a filter. What waits behind an event goes on too.
Without an ID it only says what it would do, until you add --yes.`,
  options: {
    reason: { value: 'TEXT', help: 'why, for the history; has to be given', schema: text },
    ...filter,
    ...many,
    ...common,
  },
  async work({ endpoints, as, json, reason, ...selection }, id) {
    if (!reason) throw new UsageError('--reason is missing: say why');
    const client = api(endpoints, as);
    if (!id) return decideMany(client, 'discard', { reason }, selection, json);
    refuseSelection(selection);
    const answer = await client.discard(id, { reason });
    print(json, answer, () => `${id} is discarded.`);
    return 0;
  },
});

export const stop = define({
  command: 'npm run dlq -- stop ID',
  about: 'Ends a batch before its time. What it has not decided yet waits again.',
  options: common,
  async work({ endpoints, as, json }, id) {
    if (!id) throw new UsageError('the ID of a batch is missing; it was shown when the batch began');
    const stopped = await api(endpoints, as).stop(id);
    print(json, stopped, () => endText(stopped));
    return 0;
  },
});

type Values<Options extends Record<string, Option>> = { [Name in keyof Options]: z.output<Options[Name]['schema']> };

/** A command that takes an ID, or nothing, before its options. */
function define<const Options extends Record<string, Option>>({
  work,
  ...commandLine
}: CommandLine<Options> & {
  work(values: Values<Options>, id: string | undefined): Promise<number>;
}): Command {
  return {
    ...commandLine,
    async run(args) {
      const takesId = commandLine.command.includes('ID');
      const id = takesId && args[0] && !args[0].startsWith('-') ? args[0] : undefined;
      const values = parseCommandLine(id ? args.slice(1) : args, commandLine);
      if (values) return work(values, id);
      console.log(helpOf(commandLine));
      return 0;
    },
  };
}

function needed(id: string | undefined): string {
  if (!id) throw new UsageError('the ID of a dead letter is missing; npm run dlq -- list shows them');
  return id;
}

function api(endpointsFile: string | undefined, operator: string): DeadLetterApi {
  const { deadLetters, operatorToken } = readEndpoints(endpointsFile, ['deadLetters', 'operatorToken']);
  return new DeadLetterApi(deadLetters!, operatorToken, operator);
}

function print(json: boolean, answer: unknown, forPeople: () => string): void {
  console.log(json ? JSON.stringify(answer, null, 2) : forPeople());
}

interface Selection extends Record<keyof typeof filter, string | undefined> {
  limit: number | undefined;
  rate: number | undefined;
  yes: boolean;
}

function refuseSelection({ yes: _, ...selection }: Selection): void {
  if (Object.values(selection).some(Boolean)) throw new UsageError('an ID and a filter do not go together');
}

/** What it would do, or with --yes a batch that is followed to its end. */
async function decideMany(
  client: DeadLetterApi,
  action: BatchAction,
  how: { force: boolean } | { reason: string },
  { yes, limit, rate, ...letters }: Selection,
  json: boolean,
): Promise<number> {
  const request = { filter: letters, ...how, ...(limit && { limit }), ...(rate && { ratePerSecond: rate }) };
  const answer = await client.many(action, { ...request, dryRun: !yes });
  if (answer.batch) return follow(client, answer.batch, json);
  const toDo = answer.selected ? 'Nothing was changed: add --yes to do it.' : '';
  print(json, answer, () =>
    yes ? `Nothing was changed: there is nothing to ${action}.` : `${planText(action, answer)}\n${toDo}`.trimEnd(),
  );
  return yes ? 1 : 0;
}

const LOOK_EVERY = 500;

/** Until the batch has ended, which it will without us too. 1 when somebody has stopped it. */
async function follow(client: DeadLetterApi, batch: Batch, json: boolean): Promise<number> {
  if (!json) process.stderr.write(`npm run dlq -- stop ${batch.id} stops it\n`);
  let now = batch;
  for (let shown = -1; now.status === 'running'; now = await client.batch(now.id)) {
    if (!json && now.decided !== shown) process.stderr.write(`${progressText(now)}\n`);
    shown = now.decided;
    await pause(LOOK_EVERY);
  }
  print(json, now, () => endText(now));
  return now.status === 'done' ? 0 : 1;
}
