import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CheckOptions, checkInvariants } from './check-invariants.js';
import { helpOf, parseCommandLine, UsageError } from './command-line.js';
import { duration, written } from './duration.js';
import { readEndpoints, userPath } from './endpoints.js';
import { parseAccepted, parseInitial, parseKeys } from './evidence.js';
import { VIEWS } from './gather.js';
import { knock } from './knock.js';
import { report } from './report.js';
import { runCommand } from './run-command.js';

const file = z.string().optional();
const commandLine = {
  command: 'npm run invariants',
  about:
    'Checks what must always hold (I1 to I6) of a system at rest, from outside. Exits with 1 when something is broken.',
  options: {
    endpoints: { value: 'FILE', help: "endpoints.json of the system; default: this checkout's", schema: file },
    accepted: {
      value: 'FILE',
      help: 'ids of orders that got 202, one a line (plain or JSON): all must exist',
      schema: file,
    },
    'only-accepted': {
      help: 'there may be no other orders than those of --accepted',
      schema: z.boolean().default(false),
    },
    keys: { value: 'FILE', help: 'JSON lines { key, orderId }: which order a key got, for I6', schema: file },
    initial: { value: 'FILE', help: 'JSON { sku: n }: what onHand + shipped must be, for I3', schema: file },
    settle: {
      value: 'TIME',
      help: 'how long it may take until all is well; default 30s',
      schema: duration.prefault('30s'),
    },
    json: { help: 'print the results as JSON', schema: z.boolean().default(false) },
  },
};

await runCommand(commandLine, check, () => 2);

async function check(): Promise<number> {
  const values = parseCommandLine(process.argv.slice(2), commandLine);
  if (!values) {
    console.log(helpOf(commandLine));
    return 0;
  }
  if (values['only-accepted'] && !values.accepted) throw new UsageError('--only-accepted needs --accepted FILE');
  const { accepted, keys, initial } = values;
  const evidence: CheckOptions = {
    onlyAccepted: values['only-accepted'],
    ...(accepted && { accepted: read('accepted', accepted, parseAccepted) }),
    ...(keys && { keys: read('keys', keys, parseKeys) }),
    ...(initial && { initial: read('initial', initial, parseInitial) }),
  };
  const endpoints = readEndpoints(values.endpoints, VIEWS);
  await knock(endpoints.orderApi);
  const results = await checkInvariants(endpoints, { ...evidence, settle: values.settle, onProgress: progress() });
  console.log(values.json ? JSON.stringify(results, null, 2) : report(results));
  return results.some(({ ok }) => ok === false) ? 1 : 0;
}

function read<T>(option: string, path: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(userPath(path), 'utf8'));
  } catch (error) {
    throw new UsageError(`--${option} ${path}: ${(error as Error).message}`);
  }
}

/** On stderr, so that `--json` stays JSON; no more often than the eye follows. */
function progress(): (text: string) => void {
  const start = performance.now();
  let next = 0;
  return (text) => {
    const elapsed = performance.now() - start;
    if (elapsed < next) return;
    next = elapsed + 2_000;
    console.error(`${written(elapsed).padStart(7)}  ${text}`);
  };
}
