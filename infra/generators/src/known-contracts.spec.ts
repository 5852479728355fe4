import { exportedNames, knownContracts, sampleOf } from './known-contracts.js';
import { SmallRepository } from './small-repository.fixture.js';

const repository = new SmallRepository();
afterAll(() => repository.remove());

it('a contract is known by its source: its kind, type, destination and what it is about', () => {
  expect(knownContracts(repository.root)).toEqual([
    {
      name: 'ParcelWeighed',
      kind: 'event',
      type: 'waybill.ParcelWeighed.v2',
      destination: 'parcels.events',
      subject: 'parcelId',
      file: 'parcels.events.ts',
    },
    expect.objectContaining({ name: 'ScaleBroke', subject: 'scale' }),
    expect.objectContaining({ name: 'WeighParcel', kind: 'task', destination: 'parcels.weigh', subject: 'parcelId' }),
  ]);
});

it('every exported name of contracts is taken', () => {
  const names = exportedNames(repository.root);
  expect([...names]).toEqual(expect.arrayContaining(['Grams', 'ParcelWeighed', 'WeighParcel', 'scalesReset']));
});

it('a message is shown by the first sample of its history, if it has one', () => {
  const history = { type: 'waybill.ScaleBroke.v1', samples: [{ scale: 'left' }, { scale: 'right' }] };
  repository.write('libs/contracts/history/waybill.ScaleBroke.v1.json', JSON.stringify(history));
  expect(sampleOf(repository.root, 'waybill.ScaleBroke.v1')).toEqual({ scale: 'left' });
  expect(sampleOf(repository.root, 'waybill.WeighParcel.v1')).toBeUndefined();
});
