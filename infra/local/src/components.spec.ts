import type { Process } from '@waybill/system';
import { everything, only } from './components.js';

const process = (name: string, of: string, more: Partial<Process> = {}): Process => ({
  name,
  does: 'It is for a test.',
  package: `services/${of}`,
  port: {},
  ...more,
});

const all = {
  servers: everything({}).servers,
  processes: [
    process('shelf-api', 'shelf', { database: 'shelf' }),
    process('shelf-worker', 'shelf', { database: 'shelf', needs: ['events'] }),
    process('till', 'till', { calls: ['bank'] }),
    process('bank', 'bank'),
  ],
};

const namesOf = (...names: string[]) => {
  const { processes, servers } = only(names, {}, all);
  return [processes.map(({ name }) => name), servers];
};

describe('npm start -- --only', () => {
  it('starts every process of a service, and the servers that they need', () => {
    expect(namesOf('shelf')).toEqual([
      ['shelf-api', 'shelf-worker'],
      ['postgres', 'kafka'],
    ]);
    expect(namesOf('shelf-api')).toEqual([['shelf-api'], ['postgres']]);
  });

  it('starts what a process calls', () => {
    expect(namesOf('till')).toEqual([['till', 'bank'], []]);
  });

  it('names the processes that there are when it is given another', () => {
    expect(() => namesOf('shelf', 'shelves')).toThrow(
      'there is no process shelves; there are shelf, shelf-api, shelf-worker, till, bank',
    );
  });
});
