import { StoreParcel } from '@waybill/contracts';
import { type Depot, startDepot } from './depot.fixture.js';

let depot: Depot;
beforeAll(async () => {
  depot = await startDepot();
  await depot.kafka.listen('depot.events');
});
afterAll(() => depot.stop());

describe('a parcel to store', () => {
  it('is stored once and tells so once, however often its task arrives', async () => {
    const task = { parcelId: crypto.randomUUID(), content: 'a teapot' };
    const id = await depot.rabbit.send(StoreParcel, task);
    await depot.rabbit.send(StoreParcel, task, { id }); // the same one again
    await depot.rabbit.send(StoreParcel, task); // another one about the same parcel
    await depot.untilHandled('depot.store', 3);

    const { items } = await depot.get<{ items: { parcelId: string; shelf: string }[] }>('/stored-parcels');
    expect(items.map(({ parcelId }) => parcelId)).toEqual([task.parcelId]);
    const events = await depot.kafka.received(task.parcelId, 1);
    expect(events.map(({ type }) => type)).toEqual(['waybill.ParcelStored.v1']);
  });
});
