import { defineQueue } from '../contract/index.js';
import type { QueueDeclaration, RabbitClient } from './rabbit-client.js';
import { declareQueues, tierFor } from './rabbit-topology.js';

/** The retry queues that are declared for this queue, with the time to live of each. */
async function retryQueuesOf(queue: ReturnType<typeof defineQueue>) {
  const declared: QueueDeclaration[] = [];
  const client = { declareQueues: async (queues: readonly QueueDeclaration[]) => void declared.push(...queues) };
  await declareQueues(client as unknown as RabbitClient, [queue]);
  return declared
    .filter(({ name }) => name.includes('.retry.'))
    .map(({ name, arguments: settings }) => [name, settings['x-message-ttl']]);
}

describe('the retry queues', () => {
  it('are three, of up to 8 s, unless their queue declares others', async () => {
    expect(await retryQueuesOf(defineQueue({ name: 'parcels' }))).toEqual([
      ['parcels.retry.500ms', 500],
      ['parcels.retry.2000ms', 2_000],
      ['parcels.retry.8000ms', 8_000],
    ]);
    expect(await retryQueuesOf(defineQueue({ name: 'parcels', retryTiers: [1_000, 3_600_000] }))).toEqual([
      ['parcels.retry.1000ms', 1_000],
      ['parcels.retry.3600000ms', 3_600_000],
    ]);
  });

  it.each([
    [0, 1_000],
    [1_000, 1_000],
    [1_001, 60_000],
    [3_600_000, 60_000],
  ])('keep a message that is due in %i ms for %i ms', (ms, tier) => {
    expect(tierFor(ms, [1_000, 60_000])).toBe(tier);
  });
});
