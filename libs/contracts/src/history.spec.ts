import { breakingChanges, jsonSchemaOf, readableTypes, readBody } from '@waybill/messaging';
import { contracts } from './contracts.js';
import { readHistory } from './history.js';

const history = readHistory();
const published = new Map(history.map((entry) => [entry.type, entry]));
const readers = new Map(contracts.flatMap((contract) => readableTypes(contract).map((type) => [type, contract])));
const PUBLISH = 'run `node libs/contracts/dist/main.publish.js`, and add a sample';

describe('what has been published', () => {
  it('is every contract, with at least one sample each', () => {
    const without = contracts.filter(({ type }) => !published.get(type)?.samples.length).map(({ type }) => type);
    expect({ without, help: PUBLISH }).toEqual({ without: [], help: PUBLISH });
  });

  it('has two names for nothing', () => {
    expect(new Set(contracts.map(({ type }) => type)).size).toBe(contracts.length);
  });

  it.each(history)('$type can be read, every sample of it', ({ type, samples }) => {
    const reader = readers.get(type);
    if (!reader) throw new Error(`no contract reads ${type}: it is said in messages that are still out there`);
    for (const sample of samples) {
      const body = readBody(reader, type, sample);
      if (reader.type === type) expect(body).toEqual(sample); // nothing of it is lost
      expect(reader.subjectOf(body)).toBeTruthy();
    }
  });

  it.each(contracts.map((contract) => ({ type: contract.type, contract })))(
    '$type has changed in nothing that breaks somebody, and its growth is written down',
    ({ type, contract }) => {
      const present = jsonSchemaOf(contract);
      const entry = published.get(type);
      expect(breakingChanges(entry?.schema ?? {}, present)).toEqual([]);
      expect({ schema: entry?.schema, help: PUBLISH }).toEqual({ schema: present, help: PUBLISH });
    },
  );
});
