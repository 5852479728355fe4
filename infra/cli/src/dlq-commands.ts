import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type CommandLine, helpOf, type Option, parseCommandLine, UsageError } from './command-line.js';
import { type Batch, type BatchAnswer, DeadLetterApi } from './dead-letter-api.js';
import { groupTable, letterInFull, letterTable, planText } from './dead-letter-report.js';
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
    force: { help: 'also what came back too often', schema: flag },
    ...common,
  },
  async work({ endpoints, as, json, body, force, yes, limit, rate, ...letters }, id) {
    const client = api(endpoints, as);
    if (id) {
      if (Object.values(letters).some(Boolean)) throw new UsageError('an ID and a filter do not go together');
      const edited = body && { body: readFileSync(userPath(body), 'utf8') };
      const letter = await client.resubmit(id, { ...edited, force });
      print(json, letter, () => `${id} is on its way to ${letter.consumer}.`);
      return 0;
    }
    if (body) throw new UsageError('--body is for one dead letter: give its ID');
    const request = { filter: letters, force, ...(limit && { limit }), ...(rate && { ratePerSecond: rate }) };
    const answer = await client.resubmitMany({ ...request, dryRun: !yes });
    if (answer.batch) return follow(client, answer, json);
    print(json, answer, () => (yes ? 'Nothing was changed: there is nothing to resubmit.' : whatToDo(answer)));
    return yes ? 1 : 0;
  },
});

export const discard = define({
  command: 'npm run dlq -- discard ID',
  about: 'Goes on without it. What waits behind an event goes on too.',
  options: {
    reason: { value: 'TEXT', help: 'why, for the history; has to be given', schema: text },
    ...common,
  },
  async work({ endpoints, as, json, reason }, id) {
    const letter = needed(id);
    if (!reason) throw new UsageError('--reason is missing: say why');
    const answer = await api(endpoints, as).discard(letter, { reason });
    print(json, answer, () => `${letter} is discarded.`);
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

const whatToDo = (plan: BatchAnswer): string =>
  plan.selected ? `${planText(plan)}\nNothing was changed: add --yes to do it.` : planText(plan);

const LOOK_EVERY = 500;

/** Until the batch is done, which it will be without us too. */
async function follow(client: DeadLetterApi, { batch }: BatchAnswer, json: boolean): Promise<number> {
  let now: Batch = batch!;
  for (let shown = -1; now.status === 'running'; now = await client.batch(now.id)) {
    if (!json && now.resubmitted !== shown) process.stderr.write(`${now.resubmitted} of ${now.selected} resubmitted\n`);
    shown = now.resubmitted;
    await pause(LOOK_EVERY);
  }
  print(json, now, () => {
    const others = now.passedOver ? `, ${now.passedOver} were decided by others meanwhile` : '';
    return `${now.resubmitted} resubmitted${others}.`;
  });
  return 0;
}
