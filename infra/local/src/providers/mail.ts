import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cached } from '../download.js';
import { step } from '../progress.js';
import type { Provider } from '../provider.js';
import { accepts, answers } from '../ready.js';
import { run } from '../run.js';
import { cache, root } from '../settings.js';
import { toolchain } from '../toolchain.js';

const { version: VERSION } = toolchain.maildev;

/** Maildev: shows every mail instead of delivering it. */
export const mail: Provider = {
  name: 'mail',
  async prepare(settings, output) {
    const { SMTP_URL, MAIL_URL } = settings.env;
    if (SMTP_URL)
      return { connection: { env: { SMTP_URL }, endpoints: { smtp: SMTP_URL, mail: MAIL_URL || undefined } } };

    const folder = await step(output, 'downloading Maildev from npm', fromNpm);
    const { SMTP_PORT: smtpPort, MAIL_PORT: port } = settings.ports;
    const mails = join(settings.home, 'data', 'mail');
    mkdirSync(mails, { recursive: true });
    const url = `http://127.0.0.1:${port}`;
    const smtp = `smtp://127.0.0.1:${smtpPort}`;
    const options = { smtp: smtpPort, web: port, ip: '127.0.0.1', 'web-ip': '127.0.0.1', 'mail-directory': mails };
    return {
      connection: { env: { SMTP_URL: smtp }, endpoints: { smtp, mail: url } },
      process: {
        name: 'mail',
        command: process.execPath,
        args: [
          '--max-old-space-size=96',
          `--import=${pathToFileURL(join(root, 'infra', 'local', 'same-origin.mjs')).href}`,
          join(folder, 'node_modules', 'maildev', 'dist', 'bin', 'maildev.js'),
          ...flags(options),
        ],
        async ready() {
          await accepts(smtpPort);
          await answers(`${url}/api/healthz`);
        },
      },
    };
  },
};

const flags = (options: Record<string, string | number>) =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

function fromNpm(): Promise<string> {
  return cached(join(cache, `maildev-${VERSION}`), async (temporary) => {
    const options = ['--prefix', temporary, '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--silent'];
    await run('npm', ['install', ...options, `maildev@${VERSION}`]).catch((error) => {
      throw new Error(`Maildev could not be downloaded from npm (${(error as Error).message})\n${WAYS}`);
    });
  });
}

const WAYS = `Ways to get it:
  - npm: is the registry reachable?
  - a mailbox of your own: SMTP_URL=smtp://host:1025 and MAIL_URL=http://host:1080`;
