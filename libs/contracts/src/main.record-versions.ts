import { contracts } from './contracts.js';
import { readHistory, recordVersion } from './history.js';

/** `node libs/contracts/dist/main.record-versions.js` adds every new or extended contract to the history. */
const published = new Map(readHistory().map((version) => [version.type, version]));
for (const contract of contracts) recordVersion(contract, published.get(contract.type));
