import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateLogs } from './log-rotation.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rotation-'));
  mkdirSync(join(home, 'logs'));
});
afterEach(() => rmSync(home, { recursive: true }));

describe('a log that became too large', () => {
  it('is kept beside an empty one, to which its process goes on to write', () => {
    const log = join(home, 'logs', 'payment.log');
    const process = openSync(log, 'a');
    appendFileSync(process, 'long enough\n');
    rotateLogs(home, 10);
    appendFileSync(process, 'more\n');
    closeSync(process);
    expect([readFileSync(log, 'utf8'), readFileSync(`${log}.old`, 'utf8')]).toEqual(['more\n', 'long enough\n']);
  });

  it('is all that is touched', () => {
    const log = join(home, 'logs', 'email.log');
    writeFileSync(log, 'short\n');
    rotateLogs(home, 10);
    expect(readFileSync(log, 'utf8')).toBe('short\n');
  });
});
