import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { didYouMean } from './did-you-mean.js';

/** The user asked for something that there is not; the command ends with 2. */
export class UsageError extends Error {}

export interface Option {
  /** What stands for the value in the help; an option without one is a flag. */
  value?: string;
  help: string;
  schema: z.ZodType;
}

export interface CommandLine<Options extends Record<string, Option>> {
  /** As in `npm run order`, or `npm run dlq -- list`. */
  command: string;
  about: string;
  options: Options;
}

type Values<Options extends Record<string, Option>> = { [Name in keyof Options]: z.output<Options[Name]['schema']> };

/** The options' values, `undefined` when help was asked for. Throws UsageError with what was probably meant. */
export function parseCommandLine<const Options extends Record<string, Option>>(
  args: readonly string[],
  { options }: CommandLine<Options>,
): Values<Options> | undefined {
  const given = givenOptions(args, options);
  if ('help' in given) return undefined;
  const entries = Object.entries(options).map(([name, { schema }]) => {
    const parsed = schema.safeParse(given[name]);
    if (parsed.success) return [name, parsed.data];
    throw new UsageError(`--${name}: ${parsed.error.issues.map(({ message }) => message).join(', ')}`);
  });
  return Object.fromEntries(entries) as Values<Options>;
}

function givenOptions(args: readonly string[], options: Record<string, Option>): Record<string, string | true> {
  const types = Object.entries(options).map(([name, { value }]) => [
    name,
    { type: value ? ('string' as const) : ('boolean' as const) },
  ]);
  // Not strict: parseArgs' own complaints name no alternative.
  const { tokens } = parseArgs({ args: [...args], options: Object.fromEntries(types), strict: false, tokens: true });
  const given: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`unexpected '${token.value}': options begin with --`);
    if (token.kind !== 'option') continue;
    const option = token.name === 'h' ? 'help' : token.name;
    given[option] = checkedValue(option, token.value, token.inlineValue ?? false, options);
  }
  return given;
}

function checkedValue(name: string, value: string | undefined, inline: boolean, options: Record<string, Option>) {
  if (name === 'help') return true;
  const option = options[name];
  if (!option) {
    const meant = didYouMean(name, [...Object.keys(options), 'help']);
    throw new UsageError(`there is no option --${name}${meant ? `: did you mean --${meant}?` : ''}`);
  }
  if (!option.value) {
    if (value !== undefined) throw new UsageError(`--${name} takes no value`);
    return true;
  }
  if (value === undefined || (!inline && value.startsWith('-'))) {
    throw new UsageError(`--${name} needs a value: --${name} ${option.value}`);
  }
  return value;
}

/** What `--help` prints. */
export function helpOf({ command, about, options }: CommandLine<Record<string, Option>>): string {
  const rows = [...Object.entries(options), ['help', { help: 'this text' }] as const].map(([name, option]) => {
    const value = 'value' in option && option.value ? ` ${option.value}` : '';
    return { left: `--${name}${value}`, help: option.help };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  const lines = rows.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`);
  const usage = command.includes(' -- ') ? `${command} [options]` : `${command} [-- options]`;
  return [usage, '', about, '', ...lines].join('\n');
}
