import { contracts } from './contracts.js';
import { publish, readHistory } from './history.js';

/** `node libs/contracts/dist/main.publish.js`: takes what is new or has grown into the history. */
const published = new Map(readHistory().map((entry) => [entry.type, entry]));
for (const contract of contracts) publish(contract, published.get(contract.type));
