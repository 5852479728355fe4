import { defineCommand, runCommand, UsageError } from '@waybill/cli';
import { z } from 'zod';
import { newService } from './new-service.js';
import { root } from './root.js';

const names = z.array(z.string()).default([]);

const command = defineCommand({
  command: 'npm run new:service -- NAME',
  about:
    'Writes a service with its database, contracts, HTTP API and tests, and declares it. Each handler records what its message is about, once; the first one sends the first event of --emits, and so on. For example: npm run new:service -- loyalty --event OrderConfirmed --emits PointsEarned',
  options: {
    port: {
      value: 'N',
      help: 'where it listens; default: the next free one',
      schema: z.coerce.number('must be a number').int('must be a whole number').optional(),
    },
    event: { value: 'NAME', help: 'an event that it consumes; may be repeated', schema: names, repeats: true },
    task: {
      value: 'NAME',
      help: 'a new task that it does, with its queue; may be repeated',
      schema: names,
      repeats: true,
    },
    emits: { value: 'NAME', help: 'a new event that it sends; may be repeated', schema: names, repeats: true },
  },
  async run({ port, event: events, task: tasks, emits }, name) {
    if (!name) throw new UsageError('a service needs a name, before all options: npm run new:service -- loyalty');
    await newService(root, { name, port, events, tasks, emits }, console.log);
    return 0;
  },
});

await runCommand(command, process.argv.slice(2));
