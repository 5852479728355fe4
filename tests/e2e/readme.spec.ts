import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endpoints, outcomeOf } from '../shop.js';

const root = join(import.meta.dirname, '..', '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const scripts = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts);

/** What the README tells people to type, a block each. */
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, command]) => command!.trim());

function blockOf(beginning: string): string {
  const block = blocks.find((command) => command.startsWith(beginning));
  if (!block) throw new Error(`the README has no command that begins with '${beginning}'`);
  return block;
}

/** Runs it as a reader would, but against the system of this test run. */
async function runAsWritten(command: string): Promise<string> {
  const here = command.replaceAll('http://127.0.0.1:3000', endpoints().orderApi);
  const { stdout } = await promisify(execFile)('bash', ['-c', here], { cwd: root });
  return stdout;
}

describe('the README', () => {
  it('has a curl command that returns what it shows, for an order that is confirmed', async () => {
    const answer = await runAsWritten(blockOf('curl'));
    expect(answer).toMatch(/^HTTP\/1.1 202 Accepted/);
    const { orderId, ...rest } = JSON.parse(answer.split('\r\n\r\n')[1]!);
    expect(rest).toEqual({ status: 'PENDING', checkStatusUrl: `/orders/${orderId}/status` });
    expect((await outcomeOf(orderId)).status).not.toBe('FAILED');
  });

  it('has an order command that shows the outcomes', async () => {
    expect(await runAsWritten(blockOf('npm run order'))).toContain('20 orders: 20 CONFIRMED');
  });

  it('has an invariants command that finds nothing wrong', async () => {
    expect(await runAsWritten(blockOf('npm run invariants'))).toContain('all that was checked holds');
  });

  it('has a command that shows dead letters', async () => {
    expect(await runAsWritten(blockOf('npm run dlq'))).toMatch(/^group|There are none/m);
  });

  it('names no npm command that there is not', () => {
    const named = [...readme.matchAll(/npm (?:run )?([a-z][\w:]*)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(8);
  });
});
