import { defineCommand, runCommand, UsageError } from '@waybill/cli';
import { z } from 'zod';
import { requireCleanTree } from './clean-tree.js';
import { rebuild } from './rebuild.js';
import { linkCaches } from './rename/cache-link.js';
import { currentName, spellings } from './rename/project-name.js';
import { rename, renamingOf, requireNothingLeft, requireRenamable } from './rename/rename.js';
import { root } from './root.js';

const UNDO = 'git reset --hard && git clean -fd';

const command = defineCommand({
  command: 'npm run rename -- NAME',
  about: `Gives the project another name, everywhere: packages, PostgreSQL schema and databases, metrics, event types, headers, URNs,
environment variables, files and folders, documents, dashboards and alerts. Then updates the lockfile, formats, generates,
builds and checks that nothing is left; only CHANGELOG.md stays as it was.

NAME is one word of 3 to 20 lower-case letters and digits that no file of code contains yet. Nothing is committed; undone by
${UNDO}. Recorded messages and migrations are renamed too, so no data or message of a system
that ran under the old name can be read any more: rename before there are any.`,
  options: {
    'keep-libs': {
      help: 'leaves libs/ (but contracts) and what they have named as they are, so that their later versions can be merged',
      schema: z.boolean().default(false),
    },
  },
  async run({ 'keep-libs': keepLibs }, to) {
    if (!to) throw new UsageError('which name?');
    const from = currentName(root);
    requireCleanTree(root);
    requireRenamable(root, from, to);

    const renaming = renamingOf(root, from, to, { keepLibs });
    const { changed, moved } = rename(renaming);
    console.log(`${changed} files changed, ${moved} of them moved; updating what follows from them ...`);
    const links = linkCaches(from, to);
    await rebuild(root, (line) => console.log(line));
    requireNothingLeft(renaming);

    const [, title, constant] = spellings(to);
    console.log(`
The project is called ${title}: packages @${to}/*${keepLibs ? ' beside the libraries’ own' : ''}, settings ${constant}_*, data in .${to}/.
${links.map((link) => `Downloads are kept: ${link} leads to those of ${from}.\n`).join('')}
What comes next:
  git diff --stat HEAD            shows what changed; undone by ${UNDO}
  npm test                        tests it on a system of its own
  git add --all && git commit --message "Rename the project to ${title}"
  rm -rf .${from}                 if there is data of the system under its old name
docs/guide/fork.md tells the rest.`);
    return 0;
  },
});

await runCommand(command, process.argv.slice(2));
