import { UsageError } from './command-line.js';
import { didYouMean } from './did-you-mean.js';
import { type Command, discard, groups, list, resubmit, show, stop } from './dlq-commands.js';
import { runCommand } from './run-command.js';

const COMMANDS: Record<string, Command> = { list, show, groups, resubmit, discard, stop };

const HELP = `npm run dlq -- COMMAND [options]

Messages that were given up, of all queues and topics: looks at them and decides what becomes of them.

${Object.values(COMMANDS)
  .map(({ command, about }) => `  ${command.replace('npm run dlq -- ', '').padEnd(15)}${about.split('\n', 1)[0]}`)
  .join('\n')}

npm run dlq -- COMMAND --help says more.`;

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS[name ?? ''];

if (command) {
  await runCommand(
    command,
    () => command.run(args),
    () => 1,
  );
} else if (!name || name === '--help' || name === '-h') {
  console.log(HELP);
} else {
  const meant = didYouMean(name, Object.keys(COMMANDS));
  const error = new UsageError(`there is no command ${name}${meant ? `: did you mean ${meant}?` : ''}`);
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
