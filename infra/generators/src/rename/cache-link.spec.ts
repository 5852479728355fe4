import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkCaches } from './cache-link.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'cache-'));
  mkdirSync(join(cache, 'globex'));
  writeFileSync(join(cache, 'globex', 'node'), 'downloaded');
});
afterEach(() => rmSync(cache, { recursive: true }));

const downloads = (name: string) => readFileSync(join(cache, name, 'node'), 'utf8');

describe('a renamed project', () => {
  it('downloads nothing again, also when it is renamed once more', () => {
    expect(linkCaches('globex', 'hooli', [cache, join(cache, 'none')])).toEqual([join(cache, 'hooli')]);
    linkCaches('hooli', 'initech', [cache]);
    expect([downloads('hooli'), downloads('initech')]).toEqual(['downloaded', 'downloaded']);
  });

  it('keeps the downloads that the new name has already', () => {
    mkdirSync(join(cache, 'hooli'));
    writeFileSync(join(cache, 'hooli', 'node'), 'its own');
    expect(linkCaches('globex', 'hooli', [cache])).toEqual([]);
    expect(downloads('hooli')).toBe('its own');
  });
});
