import { until } from '@waybill/testing';
import type { RecordReader } from '../kafka-clients/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { readUntilStopped } from './kafka-consumer.js';

const never = new Promise<never>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** Rejects as often as it is told, then reads. */
function readerThatFails(times: number): RecordReader {
  let left = times;
  return {
    isAssigned: true,
    async readUntil(stopping) {
      if (left-- > 0) throw new Error('it cannot continue');
      await untilAborted(stopping);
    },
  };
}

describe('reading until stopped', () => {
  it('ends when it is stopped while a broker does not answer the declaration', async () => {
    const stopping = new AbortController();
    const reader = () => readerThatFails(0);
    const reading = readUntilStopped({ prepare: () => never, reader, stopping: stopping.signal, logger: quiet });
    stopping.abort();
    await reading;
  });

  it('declares before each reader, and starts another one when a reader cannot continue', async () => {
    const stopping = new AbortController();
    const steps: string[] = [];
    const failing = readerThatFails(1);
    const reading = readUntilStopped({
      prepare: async () => void steps.push('declared'),
      reader: () => {
        steps.push('read');
        return failing;
      },
      stopping: stopping.signal,
      logger: quiet,
    });
    await until('it reads again', () => steps.length === 4);
    stopping.abort();
    await reading;
    expect(steps).toEqual(['declared', 'read', 'declared', 'read']);
  });
});
