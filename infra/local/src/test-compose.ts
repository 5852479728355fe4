import { mkdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { publishedPorts } from '@waybill/system';
import { cleanUpOnInterrupt } from './interrupt.js';
import { type Count, jest, report } from './jest.js';
import { stdout } from './progress.js';
import { run, runShown } from './run.js';
import { type Environment, readSettings, root, type Settings } from './settings.js';
import { endpointsPath, writeAtomically } from './state.js';

/** Of everything that the compose file publishes, the ports that tests use. */
const PUBLISHED = publishedPorts();
/** Orders that are confirmed or fail, and the README's commands: containers change nothing in the others. */
const END_TO_END = 'e2e/(confirmed-order|failed-order|readme)\\.spec';
/** All ports stay below 32768: above, the system gives them to outgoing connections, and one may be taken at any moment. */
const PORT_BASE = '11000';
/** For copies of order-processor. */
const SPARE_PORTS = 5;

/**
 * `npm run test:compose`: builds the images, brings the system up under its own project name and ports, runs the
 * end-to-end tests against it, then kills, restarts and takes down containers under load. Leaves nothing but images.
 */
export async function testCompose({ home }: Settings): Promise<number> {
  const settings = composeSettings(home);
  const missing = await missingEngine();
  if (missing) {
    stdout.line(missing);
    return report([{ passed: 0, failed: 1 }]);
  }
  Object.assign(process.env, settings.env);
  const takeDown = () => compose('--progress', 'quiet', 'down', '--volumes', '--remove-orphans', '--timeout', '2');
  cleanUpOnInterrupt(takeDown);
  await takeDown();
  rmSync(settings.home, { recursive: true, force: true });
  mkdirSync(settings.home, { recursive: true });
  const counts: Count[] = [];
  try {
    await timed('images built', () => compose('--progress', 'plain', 'build', '--quiet'));
    await timed('up and healthy', () => compose('--progress', 'quiet', 'up', '-d', '--no-build', '--wait'));
    writeEndpoints(settings, { orderProcessor: await orderProcessorUrl() });
    for (const tests of ['compose/rules', 'compose/figures', 'compose/nginx', 'system/processes', END_TO_END])
      counts.push(await testsIn(settings, tests));
    // With so little patience an order may rightly fail while a machine at its limit restarts what was killed.
    delete process.env.PAYMENT_DEADLINE;
    await compose('--progress', 'quiet', 'up', '-d', '--no-build', '--wait');
    writeEndpoints(settings); // order-processor gets another port whenever it is restarted
    counts.push(await testsIn(settings, 'compose/containers'));
  } catch (error) {
    stdout.line((error as Error).message);
    counts.push({ passed: 0, failed: 1 });
    await compose('ps', '--all').catch(() => {});
  } finally {
    await takeDown();
  }
  return report(counts);
}

function testsIn(settings: Settings, path: string): Promise<Count> {
  return jest(settings, path.replace(/\W+/g, '-'), ['--runInBand', '--', `tests/dist/${path}`]);
}

/** Why there is nothing to test with, and what to do about it. */
async function missingEngine(): Promise<string | undefined> {
  try {
    await run('docker', ['compose', 'version']);
    await run('docker', ['info', '--format', '{{.ServerVersion}}']);
    return undefined;
  } catch (error) {
    const reason = (error as Error).message;
    return `${reason}\n\nThe containers are NOT tested: that needs a running Docker engine with its compose plugin.
Install both: https://docs.docker.com/engine/install`;
  }
}

/** Everything that `docker compose` and the tests of it read: COMPOSE_FILE and the like are Docker's own names. */
function composeSettings(home: string): Settings {
  const settings = readSettings({
    ...process.env,
    WAYBILL_HOME: join(home, 'test-compose'),
    WAYBILL_PORT_BASE: process.env.WAYBILL_COMPOSE_PORT_BASE ?? PORT_BASE,
  });
  const files = ['docker-compose.yml', 'tests/compose/ports.yml', 'tests/compose/network.yml'];
  const first = settings.ports.ORDER_PROCESSOR_PORT;
  const env: Environment = {
    ...Object.fromEntries(Object.values(PUBLISHED).map((name) => [name, String(settings.ports[name])])),
    ORDER_PROCESSOR_PORTS: `${first}-${first + SPARE_PORTS}`,
    COMPOSE_PROJECT_NAME: 'waybill-test',
    COMPOSE_PATH_SEPARATOR: delimiter,
    COMPOSE_FILE: files.map((file) => join(root, file)).join(delimiter),
    OPERATOR_TOKEN: 'waybill-test',
    LOG_LEVEL: 'warn',
    // Nobody waits a minute for a carrier, or for a payment that never comes.
    CARRIER_DISPATCH_AFTER: '1s',
    CARRIER_DELIVER_AFTER: '1s',
    PAYMENT_DEADLINE: '15s',
  };
  return { ...settings, env };
}

/** The engine chose one of its range. */
const orderProcessorUrl = async () =>
  `http://${(await run('docker', ['compose', 'port', 'order-processor', '3010'])).trim()}`;

function writeEndpoints({ home, ports, env }: Settings, more: object = {}): void {
  const urls = Object.entries(PUBLISHED).map(([name, port]) => [name, `http://127.0.0.1:${ports[port]}`]);
  const endpoints = { ...Object.fromEntries(urls), ...more, operatorToken: env.OPERATOR_TOKEN };
  writeAtomically(endpointsPath(home), endpoints);
}

async function timed(what: string, work: () => Promise<void>): Promise<void> {
  const start = Date.now();
  await work();
  stdout.line(`  ${what} after ${((Date.now() - start) / 1_000).toFixed(1)} s`);
}

/** Shows what it says; rejects when it fails. */
async function compose(...args: string[]): Promise<void> {
  const code = await runShown('docker', ['compose', ...args]);
  if (code !== 0) throw new Error(`docker compose ${args.join(' ')} failed (${code})`);
}
