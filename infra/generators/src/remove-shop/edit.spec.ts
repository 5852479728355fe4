import { edited, withoutCommands, withoutEntries, withoutUnusedVersions } from './edit.js';

describe('an edit', () => {
  it('replaces or cuts', () => {
    expect(
      edited('a.ts', 'one two two', [
        ['one ', ''],
        [/two/g, '$&'],
      ]),
    ).toBe('$& $&');
  });

  it('that finds nothing fails, and names the file', () => {
    expect(() => edited('a.ts', 'one', [['two', '']])).toThrow('a.ts has no two');
  });
});

describe('without the shop', () => {
  it('the help keeps the lines of other commands', () => {
    const help =
      'Usage\n\n  stop         stops\n  order [x]\n               places\n  order:more   traces\n\nEnvironment';
    expect(withoutCommands(help, ['order'])).toBe(
      'Usage\n\n  stop         stops\n  order:more   traces\n\nEnvironment',
    );
  });

  it('a package.json keeps its other scripts and dependencies', () => {
    const manifest = { name: 'order', scripts: { order: '1', stop: '2' }, dependencies: { order: '*', pg: '*' } };
    const rest = { name: 'order', scripts: { stop: '2' }, dependencies: { pg: '*' } };
    expect(JSON.parse(withoutEntries(JSON.stringify(manifest), (name) => name === 'order'))).toEqual(rest);
  });

  it('the catalogue keeps the versions that somebody asks for', () => {
    const workspace =
      'packages:\n  - a\n\n# Why\ncatalog:\n  "@b/c": 1.0.0\n  pg: 8.1.0\n  stripe: 2.0.0\n\nallowBuilds:\n  x: 1\n';
    const manifest = '{ "dependencies": { "@b/c": "catalog:", "pg": "catalog:" } }';
    expect(withoutUnusedVersions(workspace, [manifest])).toBe(workspace.replace('  stripe: 2.0.0\n', ''));
  });
});
