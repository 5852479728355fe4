import { backingServices, testSize } from '@waybill/testing';
import { Child } from './child.fixture.js';
import type { MemorySettings } from './memory.fixture.js';

const MEGABYTE = 1024 * 1024;
const { memoryMessages: messages } = testSize;

it.each(['kafkajs', '@platformatic/kafka', 'amqplib'] as const)(
  `the heap grows by less than 5 MB while ${messages} messages go through %s`,
  async (transport) => {
    const settings: MemorySettings = { transport, kafkaBroker: backingServices().kafka, messages };
    const child = Child.run('./memory.fixture.js', settings, '--expose-gc');
    await child.end();
    const { grownBy, read } = child.lastLine<{ grownBy: number; read: number }>()!;
    process.stderr.write(
      `${transport}: ${messages} messages, the heap grew by ${(grownBy / MEGABYTE).toFixed(2)} MB\n`,
    );
    expect(read).toBeGreaterThanOrEqual(messages);
    expect(grownBy).toBeLessThan(5 * MEGABYTE);
  },
  600_000,
);
