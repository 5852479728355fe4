import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand, runCommand } from '@waybill/cli';
import { generateFromSources } from '@waybill/system';
import { requireCleanTree } from './clean-tree.js';
import { rebuild } from './rebuild.js';
import { removeShop } from './remove-shop/remove-shop.js';
import { currentName } from './rename/project-name.js';
import { root } from './root.js';

const UNDO = 'git reset --hard && git clean -fd';

const command = defineCommand({
  command: 'npm run remove:shop',
  about: `Removes the order system and leaves what a system of your own needs: the libraries with their tests, the launcher, the console,
and as an example two services that talk by a task and an event. Then updates the lockfile, generates, builds and formats.

Nothing is committed; undone by ${UNDO}.`,
  options: {},
  async run() {
    requireCleanTree(root);
    if (existsSync(join(root, `.${currentName(root)}`, 'endpoints.json')))
      throw new Error('the system is running: npm stop');
    console.log(`Removing the shop. To undo it: ${UNDO}`);
    removeShop(root);
    generateFromSources(root);
    await rebuild(root, (line) => console.log(line));
    console.log(`
The shop is gone. services/parcels takes a parcel by POST, and services/depot stores it.

What comes next:
  npm test                      tests all of it on a system of its own
  npm run reset                 deletes data of the shop, if there are any
  npm run new:service -- NAME   adds a service of your own
  npm run remove:service -- depot
  git add --all && git commit --message "Remove the shop"
docs/guide/fork.md tells the rest.`);
    return 0;
  },
});

await runCommand(command, process.argv.slice(2));
