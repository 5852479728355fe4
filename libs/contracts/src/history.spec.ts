import { breakingChanges, jsonSchemaOf, readableTypes, readBody } from '@waybill/messaging';
import { contracts } from './contracts.js';
import { readHistory } from './history.js';

const history = readHistory();
const published = new Map(history.map((entry) => [entry.type, entry]));
const readers = new Map(contracts.flatMap((contract) => readableTypes(contract).map((type) => [type, contract])));
const HELP = 'run `node libs/contracts/dist/main.record-versions.js` and add a sample';

describe('the history of published messages', () => {
  it('contains every contract, with at least one sample of each', () => {
    const without = contracts.filter(({ type }) => !published.get(type)?.samples.length).map(({ type }) => type);
    expect({ without, help: HELP }).toEqual({ without: [], help: HELP });
  });

  it('gives every contract a type of its own', () => {
    expect(new Set(contracts.map(({ type }) => type)).size).toBe(contracts.length);
  });

  it.each(history)('reads every sample of $type', ({ type, samples }) => {
    const reader = readers.get(type);
    if (!reader) throw new Error(`no contract reads ${type}, but messages of it may still be in topics and queues`);
    for (const sample of samples) {
      const body = readBody(reader, type, sample);
      if (reader.type === type) expect(body).toEqual(sample); // no property is lost
      expect(reader.subjectOf(body)).toBeTruthy();
    }
  });

  it.each(contracts.map((contract) => ({ type: contract.type, contract })))(
    '$type breaks no consumer, and the history has its present schema',
    ({ type, contract }) => {
      const present = jsonSchemaOf(contract);
      const entry = published.get(type);
      expect(breakingChanges(entry?.schema ?? {}, present)).toEqual([]);
      expect({ schema: entry?.schema, help: HELP }).toEqual({ schema: present, help: HELP });
    },
  );
});
