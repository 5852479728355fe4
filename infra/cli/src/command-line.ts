import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { didYouMean } from './did-you-mean.js';

/** The command line is wrong; the command exits with 2. */
export class UsageError extends Error {}

export interface Option {
  /** Placeholder for the value in the help text; an option without one is a flag. */
  value?: string;
  help: string;
  schema: z.ZodType;
  /** Whether it may be given several times; its schema then receives an array, also of one value. Default: the last one wins. */
  repeats?: boolean;
}

export type Options = Record<string, Option>;

export interface CommandLine<Known extends Options = Options> {
  /** As the user types it: `npm run order`, or `npm run dlq -- show ID`. */
  command: string;
  about: string;
  options: Known;
}

export type OptionValues<Known extends Options> = { [Name in keyof Known]: z.output<Known[Name]['schema']> };

/** The options' values, or `undefined` for `--help`. Throws UsageError, with a suggestion for a mistyped option. */
export function parseCommandLine<const Known extends Options>(
  args: readonly string[],
  { options }: CommandLine<Known>,
): OptionValues<Known> | undefined {
  const given = givenOptions(args, options);
  if ('help' in given) return undefined;
  const entries = Object.entries(options).map(([name, { schema }]) => {
    const parsed = schema.safeParse(given[name]);
    if (parsed.success) return [name, parsed.data];
    throw new UsageError(`--${name}: ${parsed.error.issues.map(({ message }) => message).join(', ')}`);
  });
  return Object.fromEntries(entries) as OptionValues<Known>;
}

function givenOptions(args: readonly string[], options: Options): Record<string, string | true | (string | true)[]> {
  const types = Object.entries(options).map(([name, { value }]) => [
    name,
    { type: value ? ('string' as const) : ('boolean' as const) },
  ]);
  // Not strict: the errors of parseArgs suggest no alternative.
  const { tokens } = parseArgs({ args: [...args], options: Object.fromEntries(types), strict: false, tokens: true });
  const given: Record<string, string | true | (string | true)[]> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`unexpected '${token.value}': options begin with --`);
    if (token.kind !== 'option') continue;
    const name = token.name === 'h' ? 'help' : token.name;
    const value = checkedValue(name, token.value, token.inlineValue ?? false, options);
    given[name] = options[name]?.repeats ? [...[given[name] ?? []].flat(), value] : value;
  }
  return given;
}

function checkedValue(name: string, value: string | undefined, inline: boolean, options: Options) {
  if (name === 'help') return true;
  const option = options[name];
  if (!option) {
    const suggestion = didYouMean(name, [...Object.keys(options), 'help']);
    throw new UsageError(`there is no option --${name}${suggestion ? `: did you mean --${suggestion}?` : ''}`);
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

/** The output of `--help`. */
export function helpOf({ command, about, options }: CommandLine): string {
  const rows = [...Object.entries(options), ['help', { help: 'print this text' }] as const].map(([name, option]) => {
    const value = 'value' in option && option.value ? ` ${option.value}` : '';
    return { left: `--${name}${value}`, help: option.help };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  const lines = rows.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`);
  const usage = command.includes(' -- ') ? `${command} [options]` : `${command} [-- options]`;
  return [usage, '', about, '', ...lines].join('\n');
}
