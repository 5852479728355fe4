import { contracts } from './contracts.js';
import { readHistory, recordVersion } from './history.js';

/** `node libs/contracts/dist/main.record-versions.js` adds every new or extended contract to the history. */
const published = new Map(readHistory().map((version) => [version.type, version]));
const before = new Map(published.entries().map(([type, { schema }]) => [type, JSON.stringify(schema)]));
for (const contract of contracts) recordVersion(contract, published.get(contract.type));

const changed = readHistory().filter(({ type, schema }) => before.get(type) !== JSON.stringify(schema));
console.log(changed.length ? `recorded: ${changed.map(({ type }) => type).join(', ')}` : 'everything is up to date');
