import { DEFAULT_PORTS, processes } from '@waybill/system';
import { mistakesIn, nextFreePort } from './check-request.js';
import { knownContracts } from './known-contracts.js';
import type { ServiceRequest } from './service-plan.js';
import { SmallRepository } from './small-repository.fixture.js';

const repository = new SmallRepository();
afterAll(() => repository.remove());

const { root } = repository;
const request: ServiceRequest = { name: 'labels', port: 4_000, events: [], tasks: [], emits: [] };
const mistakes = (changes: Partial<ServiceRequest>) =>
  mistakesIn(root, { ...request, ...changes }, knownContracts(root)).join('\n');
const taken = processes[0]!;

describe('a request for a service', () => {
  it('is accepted when its names and its port are free and its events exist', () => {
    expect(mistakes({ events: ['ParcelWeighed'], tasks: ['PrintLabel'], emits: ['LabelPrinted'] })).toBe('');
    expect(mistakes({ name: 'gift-cards-2' })).toBe('');
  });

  it.each<[string, Partial<ServiceRequest>, RegExp]>([
    ['a name in capitals', { name: 'Labels' }, /'Labels' is no name of a service: use lower case, such as gift-cards/],
    ['a name that leaves the folder', { name: '../labels' }, /is no name of a service/],
    ['a word that its own code has', { name: 'entry' }, /cannot be called entry/],
    ['the name of a process', { name: taken.name }, /is taken: a process or server has that name/],
    [
      'the name of a package',
      { name: 'parcels' },
      /is taken: .*a package of the workspace .*services\/parcels exists, .*the topic parcels.events exists/,
    ],
    ['the name of a contract', { name: 'weigh-parcel' }, /libs\/contracts exports WeighParcel/],
    ['a port of another process', { port: Object.values(taken.port)[0] }, /_PORT; \d+ is free/],
    ['a port that .env has', { port: 3_001 }, /--port 3001 is \w+_PORT; \d+ is free/],
    ['a port that browsers refuse', { port: 6_000 }, /fetch and browsers refuse it; \d+ is free/],
    ['a port that is not one', { port: 70_000 }, /must be between 1024 and 32767, such as \d+/],
    ['an event that it misspells', { events: ['ParcelWieghed'] }, /no such event; did you mean ParcelWeighed\?/],
    ['an event that there is not', { events: ['Nothing'] }, /there are ParcelWeighed and ScaleBroke/],
    ['a task as an event', { events: ['WeighParcel'] }, /that is a task, for one service only/],
    ['a task of another service', { tasks: ['WeighParcel'] }, /and a task has one consumer/],
    ['an event of another service', { emits: ['ParcelWeighed'] }, /and an event has one sender/],
    ['a message that is no class', { tasks: ['print-label'] }, /write it as RedeemPoints/],
    ['the same twice', { tasks: ['PrintLabel'], emits: ['PrintLabel'] }, /PrintLabel is given twice/],
  ])('with %s is refused, and told what is right', (_, changes, message) => {
    expect(mistakes(changes)).toMatch(message);
  });

  it('is told everything that is wrong at once', () => {
    expect(mistakes({ name: 'X', port: 1, events: ['Y'] }).split('\n')).toHaveLength(3);
  });
});

it('the next free port is none that a process, a server or .env has', () => {
  const port = nextFreePort(root);
  expect([...Object.values(DEFAULT_PORTS), 3_000, 3_001]).not.toContain(port);
  expect(port).toBeGreaterThan(1_023);
});
