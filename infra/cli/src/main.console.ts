import { spawn } from 'node:child_process';
import { z } from 'zod';
import { defineCommand, runCommand } from './command.js';
import { endpointsOption, readEndpoints } from './endpoints.js';
import { jsonBody, request } from './http.js';

const OPENERS: Partial<Record<NodeJS.Platform, readonly [file: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

const page = defineCommand({
  command: 'npm run console',
  about: 'Opens the console in a browser, signed in: makes a link that works once, within 10 minutes, and prints it.',
  options: {
    endpoints: endpointsOption,
    'read-only': { help: 'signs in as a reader, who can change nothing', schema: z.boolean().default(false) },
    print: { help: 'only prints the link', schema: z.boolean().default(false) },
  },
  async run(options) {
    const { deadLetters, operatorToken } = readEndpoints(options.endpoints, ['deadLetters', 'operatorToken']);
    const response = await request(`${deadLetters}/session/links`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ role: options['read-only'] ? 'reader' : 'operator' }),
    });
    const { url } = await jsonBody<{ url: string }>(response);
    console.log(url);
    if (!options.print) open(url);
    return 0;
  },
});

await runCommand(page, process.argv.slice(2));

/** Where there is no browser to open, the printed link is what one needs. */
function open(url: string): void {
  const [file, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
