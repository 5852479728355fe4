import { startConsumer } from './consumer.fixture.js';

/** A consumer in a process of its own. It prints `ready`, `started <what>`, `committed <what>`; SIGTERM drains it. */
const print = (line: string) => process.stdout.write(`${line}\n`);

const consumer = await startConsumer(JSON.parse(process.argv[2]!), {
  started: (what) => print(`started ${what}`),
  committed: (what) => print(`committed ${what}`),
});
process.once('SIGTERM', async () => {
  await consumer.close();
  process.exit(0);
});
print('ready');
