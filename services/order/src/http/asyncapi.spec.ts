import { Parser } from '@asyncapi/parser';
import { contracts, topology } from '@waybill/contracts';
import { asyncApi } from './asyncapi.js';

describe('/asyncapi.json', () => {
  it('is valid AsyncAPI 3 and lists every contract in its channel', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi()));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);

    const channels = document!.channels().all();
    expect(channels.map((channel) => channel.address())).toEqual(
      [...topology.topics, ...topology.queues].map(({ name }) => name),
    );
    const messages = channels.flatMap((channel) =>
      channel
        .messages()
        .all()
        .map((it) => `${it.id()} on ${channel.address()}`),
    );
    expect(messages.sort()).toEqual(contracts.map(({ type, destination }) => `${type} on ${destination.name}`).sort());
  });
});
