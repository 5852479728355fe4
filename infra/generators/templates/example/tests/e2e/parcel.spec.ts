import { until } from '@waybill/testing';
import { get, readEndpoints } from '../system/running-system.js';

const { parcels } = readEndpoints<{ parcels: string }>();

interface Parcel {
  stored?: { shelf: string; at: string };
}

describe('a parcel', () => {
  it('that is handed in is on a shelf of the depot soon', async () => {
    const response = await fetch(`${parcels}/parcels`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'a teapot' }),
    });
    expect(response.status).toBe(202);
    const place = parcels + response.headers.get('location');
    const stored = await until('it is stored', async () => (await get<Parcel>(place)).stored);
    expect(stored.shelf).toMatch(/^[AB][12]$/);
  });
});
