import { ParcelStored } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { type Parcels, startParcels } from './parcels.fixture.js';

let parcels: Parcels;
beforeAll(async () => {
  parcels = await startParcels();
});
afterAll(() => parcels.stop());

const post = (payload: object) => parcels.app.inject({ method: 'POST', url: '/parcels', payload });
const accepted = async () => (await post({ content: 'a teapot' })).json<{ parcelId: string }>().parcelId;
const shown = (parcelId: string) => parcels.get<{ stored?: { shelf: string } }>(`/parcels/${parcelId}`);

describe('a parcel', () => {
  it('is accepted together with its task for the depot', async () => {
    const parcelId = await accepted();
    const task = await parcels.rabbit.take('depot.store');
    expect(JSON.parse(task.body)).toEqual({ parcelId, content: 'a teapot' });
    expect((await shown(parcelId)).stored).toBeUndefined();
  });

  it('shows the shelf that the first event names, however often there is one', async () => {
    const parcelId = await accepted();
    const storedAt = new Date().toISOString();
    await parcels.kafka.publish(ParcelStored, { parcelId, shelf: 'A1', storedAt });
    await until('it is stored', async () => (await shown(parcelId)).stored);
    const handled = await parcels.handled('depot.events');
    await parcels.kafka.publish(ParcelStored, { parcelId, shelf: 'B2', storedAt });
    await parcels.untilHandled('depot.events', handled + 1);
    expect((await shown(parcelId)).stored).toMatchObject({ shelf: 'A1' });
  });

  it.each([{}, { content: '' }, { content: 'x', weight: 1 }])('is rejected as %j', async (payload) => {
    expect((await post(payload)).statusCode).toBe(400);
  });

  it('is not found when nobody handed it in', async () => {
    expect((await parcels.app.inject(`/parcels/${crypto.randomUUID()}`)).statusCode).toBe(404);
  });
});
