import { Parser } from '@asyncapi/parser';
import { contracts, topology } from '@waybill/contracts';
import { asyncApi } from './asyncapi.js';

describe('/asyncapi.json', () => {
  it('is valid AsyncAPI 3 and has every contract in its place', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi()));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);

    const said = document!.channels().all();
    expect(said.map((channel) => channel.address())).toEqual(
      [...topology.topics, ...topology.queues].map(({ name }) => name),
    );
    const placed = said.flatMap((channel) =>
      channel
        .messages()
        .all()
        .map((it) => `${it.id()} on ${channel.address()}`),
    );
    expect(placed.sort()).toEqual(contracts.map(({ type, destination }) => `${type} on ${destination.name}`).sort());
  });
});
