import { defineCommand, runCommand, UsageError } from '@waybill/cli';
import { removeService } from './remove-service.js';
import { root } from './root.js';

const command = defineCommand({
  command: 'npm run remove:service -- NAME',
  about:
    'Removes a service: its folder, its messages with their topics and queues, its declaration. Refuses while something else depends on it.',
  options: {},
  async run(_, name) {
    if (!name) throw new UsageError('which service? npm run remove:service -- loyalty');
    await removeService(root, name, console.log);
    return 0;
  },
});

await runCommand(command, process.argv.slice(2));
