const SORTED = ['dependencies', 'devDependencies', 'peerDependencies', 'peerDependenciesMeta', 'optionalDependencies'];

/** A package.json with its dependencies in the order of their names, as package managers write them. */
export function sortedDependencies(manifest: string): string {
  const entries = Object.entries(JSON.parse(manifest) as Record<string, object>);
  const sorted = entries.map(([key, value]) => [key, SORTED.includes(key) ? byName(value) : value]);
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

const byName = (all: object) => Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
