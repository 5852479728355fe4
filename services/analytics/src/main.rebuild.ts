import { parseArgs } from 'node:util';
import { readConfig } from './config.js';
import { type RebuildOutput, runRebuild } from './run-rebuild.js';
import { formatProgress } from './usecases/rebuild-progress.js';

const HELP = `Usage: npm run analytics:rebuild [-- <options>]

Reads all events of the shop, from the first one on, into a new projection beside the one that analytics shows, and swaps it
in when it has caught up. Analytics continues meanwhile. Run it again after an interruption, and it continues.

  --restart       begins with the first event, also where an interrupted rebuild could be continued
  --accept-loss   rebuilds although events were removed by their topics' retention: what only they told is lost
  --help

In containers: docker compose exec analytics node dist/main.rebuild.js

Exits with 0 when the new projection was swapped in, 1 when it was not, 2 for wrong options.`;

const OPTIONS = {
  restart: { type: 'boolean' },
  'accept-loss': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
/** Milliseconds between two lines of progress; a terminal has one line that changes. */
const LINE_INTERVAL = 5_000;

async function main(args: string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args, options: OPTIONS });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const { restart = false, 'accept-loss': acceptLoss = false } = values;
    const isDone = await runRebuild(readConfig(), { restart, acceptLoss }, output(), interrupted());
    console.log(isDone ? 'swapped the new projection in' : 'interrupted; run it again to continue');
    return isDone ? 0 : 1;
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    const isUsageError = code?.startsWith('ERR_PARSE_ARGS');
    console.error(
      isUsageError
        ? `${message}\n\n${HELP}`
        : `could not rebuild the projection: ${message}\nAnalytics shows the one that it has. What has been read so far is kept.`,
    );
    return isUsageError ? 2 : 1;
  }
}

function output(): RebuildOutput {
  const { isTTY } = process.stdout;
  let last = Number.NEGATIVE_INFINITY;
  return {
    progress(progress) {
      const now = performance.now();
      const isComplete = progress.read === progress.total;
      if (!isTTY && !isComplete && now - last < LINE_INTERVAL) return;
      last = now;
      process.stdout.write(isTTY ? `\r\x1b[K${formatProgress(progress)}` : `${formatProgress(progress)}\n`);
      if (isTTY && isComplete) process.stdout.write('\n');
    },
    line: (text) => console.error(text),
  };
}

function interrupted(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

process.exit(await main(process.argv.slice(2)));
