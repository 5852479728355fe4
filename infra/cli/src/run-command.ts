import { type CommandLine, helpOf, type Option, UsageError } from './command-line.js';

/** Runs a command to its exit code. What users can do something about is said in a line or two, without a stack. */
export async function runCommand(
  commandLine: CommandLine<Record<string, Option>>,
  work: () => Promise<number>,
  exitCodeOf: (error: Error) => number,
): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${helpOf(commandLine)}`);
      process.exitCode = 2;
      return;
    }
    console.error((error as Error).message);
    process.exitCode = exitCodeOf(error as Error);
  }
}
