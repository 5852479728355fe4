import { readFileSync } from 'node:fs';
import { PostgresInbox } from './inbox.js';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';
import { receive, respond } from './readme.example.js';
import { Service } from './transactions.fixture.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the README', () => {
  it('shows the code that is run here, verbatim', () => {
    const shown = [...read('src/readme.example.ts').matchAll(/\/\/ README: .*\n([\s\S]*?)\n\/\/ end/g)];
    expect(shown).toHaveLength(2);
    for (const [, code] of shown) expect(read('README.md')).toContain(code);
  });

  it('responds twice and orders once, receives twice and reserves once', async () => {
    const service = await Service.open();
    const request = { headers: { 'idempotency-key': 'k1' }, body: { item: 'Emma' } };
    const keys = new PostgresIdempotencyKeys();
    const responses = [await respond(service, keys, request), await respond(service, keys, request)];
    expect(responses.map(({ status, replayed }) => [status, replayed])).toEqual([
      [202, false],
      [202, true],
    ]);
    for (let delivery = 0; delivery < 2; delivery += 1)
      await receive(service, new PostgresInbox(), { id: 'm1', item: 'Emma' });
    expect(await service.effects()).toEqual(['Emma is reserved', 'an order for Emma']);
    await service.close();
  });
});
