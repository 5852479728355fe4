import { type Command, runCommand } from './command.js';
import { didYouMean } from './did-you-mean.js';
import { discard, groups, list, resubmit, show, stop } from './dlq-commands.js';

const COMMANDS: Record<string, Command> = { list, show, groups, resubmit, discard, stop };

const HELP = `npm run dlq -- COMMAND [options]

Inspects, resubmits and discards the dead letters of all queues and topics.

${Object.values(COMMANDS)
  .map(({ command, about }) => `  ${command.replace('npm run dlq -- ', '').padEnd(15)}${about.split('\n', 1)[0]}`)
  .join('\n')}

npm run dlq -- COMMAND --help lists its options.`;

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS[name ?? ''];

if (command) {
  await runCommand(command, args);
} else if (!name || name === '--help' || name === '-h') {
  console.log(HELP);
} else {
  const suggestion = didYouMean(name, Object.keys(COMMANDS));
  console.error(`there is no command ${name}${suggestion ? `: did you mean ${suggestion}?` : ''}\n\n${HELP}`);
  process.exitCode = 2;
}
