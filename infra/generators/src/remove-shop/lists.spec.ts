import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.js';
import { edited } from './edit.js';
import { COMMANDS, EDITS, GENERATOR, REMOVED } from './shop.js';

describe('what remove:shop has in its lists', () => {
  it.each([...REMOVED, ...GENERATOR])('is there to be removed: %s', (pattern) => {
    expect(globSync(pattern, { cwd: root })).not.toEqual([]);
  });

  it.each(Object.entries(EDITS))('is there to be changed: %s', (path, edits) => {
    expect(() => edited(path, readFileSync(join(root, path), 'utf8'), edits)).not.toThrow();
  });

  it('are scripts of package.json, each with its line in the help', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const help = readFileSync(join(root, 'infra/local/help.txt'), 'utf8');
    expect(COMMANDS.filter((name) => !(name in scripts) || !new RegExp(`^ {2}${name}\\b`, 'm').test(help))).toEqual([]);
  });
});
