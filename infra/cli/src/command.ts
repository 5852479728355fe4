import {
  type CommandLine,
  helpOf,
  type Options,
  type OptionValues,
  parseCommandLine,
  UsageError,
} from './command-line.js';

export interface Command extends CommandLine {
  /** Resolves with the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** A command line and its implementation. Where `command` ends with an argument such as ID, the first argument may be one. */
export function defineCommand<const Known extends Options>({
  run,
  ...commandLine
}: CommandLine<Known> & {
  run(values: OptionValues<Known>, argument: string | undefined): Promise<number>;
}): Command {
  return {
    ...commandLine,
    async run(args) {
      const accepts = / \[?[A-Z_]+\]?$/.test(commandLine.command);
      const argument = accepts && args[0] && !args[0].startsWith('-') ? args[0] : undefined;
      const values = parseCommandLine(argument ? args.slice(1) : args, commandLine);
      if (values) return run(values, argument);
      console.log(helpOf(commandLine));
      return 0;
    },
  };
}

/** Runs a command and sets the exit code. Prints errors without a stack: they are for the user to act on. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  { exitCodeOnFailure = 1 } = {},
): Promise<void> {
  try {
    process.exitCode = await command.run(args);
  } catch (error) {
    const { message } = error as Error;
    const isUsageError = error instanceof UsageError;
    console.error(isUsageError ? `${message}\n\n${helpOf(command)}` : message);
    process.exitCode = isUsageError ? 2 : exitCodeOnFailure;
  }
}
