import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { prettyFactory } from 'pino-pretty';
import { z } from 'zod';
import { defineCommand, runCommand } from './command.js';
import { UsageError } from './command-line.js';
import { didYouMean } from './did-you-mean.js';
import { endpointsOption, endpointsPath, NotRunning } from './endpoints.js';
import { LogFiles, type LogLine } from './log-files.js';

const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;
const POLL_INTERVAL = 500;

const logs = defineCommand({
  command: 'npm run logs',
  about: `Shows what the processes have logged, in the order of time.

A container writes the same lines: docker compose logs --no-log-prefix | npx pino-pretty`,
  options: {
    endpoints: endpointsOption,
    of: { value: 'NAMES', help: 'only these processes, such as payment,email', schema: z.string().optional() },
    about: {
      value: 'TEXT',
      help: 'only lines with this text, such as the id of an order, a message or a trace',
      schema: z.string().optional(),
    },
    level: {
      value: 'LEVEL',
      help: 'debug, info, warn or error, and what is worse; default info',
      schema: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    },
    follow: { help: 'goes on with what is logged from now on, until Ctrl-C', schema: z.boolean().default(false) },
    json: { help: 'prints the lines as they are', schema: z.boolean().default(false) },
  },
  async run({ endpoints, of, about = '', level, follow, json }) {
    const folder = join(dirname(endpointsPath(endpoints)), 'logs');
    if (!existsSync(folder)) throw new NotRunning(`there are no logs: ${folder} does not exist`);
    const processes = of?.split(',');
    const files = new LogFiles(folder, processes);
    mustExist(files.names, processes);

    const pretty = prettyFactory({
      colorize: process.stdout.isTTY,
      translateTime: 'HH:MM:ss.l',
      ignore: 'pid,hostname',
    });
    const isWanted = ({ text }: LogLine) => text.includes(about) && JSON.parse(text).level >= LEVELS[level];
    const print = () => {
      for (const { text } of files.next().filter(isWanted))
        process.stdout.write(json ? `${text}\n` : pretty(JSON.parse(text)));
    };
    print();
    while (follow) {
      await pause(POLL_INTERVAL);
      print();
    }
    return 0;
  },
});

function mustExist(names: readonly string[], wanted: readonly string[] = []): void {
  const unknown = wanted.find((name) => !names.includes(name));
  if (!unknown) return;
  const meant = didYouMean(unknown, names);
  throw new UsageError(`--of: there is no log of ${unknown}${meant ? `: did you mean ${meant}?` : ''}`);
}

await runCommand(logs, process.argv.slice(2));
