import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunningProvider } from './provider.fixture.js';

let provider: RunningProvider;
beforeEach(async () => {
  provider = await RunningProvider.start();
});
afterEach(() => provider.remove());

/** Charges one key after the other until the provider is gone; resolves with the ids that were answered. */
async function chargeUntilDead(client: number, answered: string[]): Promise<void> {
  for (let n = 0; ; n++) {
    const charged = await provider.charge(`key-${client}-${n}`).catch(() => undefined);
    if (!charged) return;
    answered.push(charged.body.id);
  }
}

async function allEntries(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '0';
  while (cursor) {
    const page = await provider.ledger(`?limit=50&cursor=${cursor}`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

describe('after kill -9', () => {
  it('under load, no acknowledged charge is lost and none is recorded twice', async () => {
    const answered: string[] = [];
    const load = Promise.all(Array.from({ length: 16 }, (_, client) => chargeUntilDead(client, answered)));
    while (answered.length < 300) await provider.request('/health/live');
    await provider.kill();
    await load;
    provider = await provider.restart();

    const found = await allEntries();
    expect(new Set(found).size).toBe(found.length);
    expect(answered.filter((id) => !found.includes(id))).toEqual([]);
  });

  it('it still knows charges, refunds, refusals and voids, and how often a key has failed', async () => {
    const charged = await provider.charge('charged');
    await provider.charge('refunded');
    const refunded = await provider.refund('refunded');
    await provider.charge('declined', { token: 'tok_declined' });
    await provider.refund('voided');
    await provider.charge('flaky', { token: 'tok_flaky' });
    await provider.kill();
    provider = await provider.restart();

    expect((await provider.charge('charged')).text).toBe(charged.text);
    expect((await provider.refund('refunded')).body).toEqual(refunded.body);
    expect((await provider.charge('declined', { token: 'tok_ok' })).status).toBe(422);
    expect((await provider.charge('voided')).status).toBe(409);
    expect((await provider.charge('flaky', { token: 'tok_flaky' })).status).toBe(503);
    expect((await provider.charge('flaky', { token: 'tok_flaky' })).status).toBe(201);
  });

  it('a truncated last line is dropped, and the next one is readable', async () => {
    const before = await provider.charge('before');
    await provider.kill();
    appendFileSync(join(provider.directory, 'ledger.jsonl'), '{"note":"charge","key":"half","ent');
    provider = await provider.restart();
    const after = await provider.charge('after');
    await provider.kill();
    provider = await provider.restart();

    expect(await allEntries()).toEqual([before.body.id, after.body.id]);
    expect((await provider.charge('half')).status).toBe(201);
  });
});
