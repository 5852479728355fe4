import { startConsumer } from './consumer.fixture.js';

/** A consumer in a process of its own. Its lines say `ready`, `started <what>`, `committed <what>`; SIGTERM drains it. */
const say = (line: string) => process.stdout.write(`${line}\n`);

const consumer = await startConsumer(JSON.parse(process.argv[2]!), {
  started: (what) => say(`started ${what}`),
  committed: (what) => say(`committed ${what}`),
});
process.once('SIGTERM', async () => {
  await consumer.close();
  process.exit(0);
});
say('ready');
