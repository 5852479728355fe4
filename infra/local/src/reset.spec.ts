import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reset } from './reset.js';
import { readSettings } from './settings.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'reset-'));
  for (const folder of ['data', 'secrets']) mkdirSync(join(home, folder));
  writeFileSync(join(home, 'data', 'orders'), 'many');
});
afterEach(() => rmSync(home, { recursive: true }));

describe('npm run reset', () => {
  const run = (isConfirmed: boolean) => reset(readSettings({ WAYBILL_HOME: home }), isConfirmed);

  it('deletes nothing before it is confirmed', async () => {
    expect(await run(false)).toBe(1);
    expect(existsSync(join(home, 'data', 'orders'))).toBe(true);
  });

  it('deletes the data, and leaves the passwords of who has them in use', async () => {
    expect(await run(true)).toBe(0);
    expect([existsSync(join(home, 'data')), existsSync(join(home, 'secrets'))]).toEqual([false, true]);
    expect(await run(true)).toBe(0);
  });
});
