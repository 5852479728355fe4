import { randomUUID } from 'node:crypto';
import type { OutboxMessage } from '@waybill/outbox';

const BODY_BYTES = 1_024;
const KEYS = 1_000;

/** Events like a service's, with the headers of a CloudEvent and a body of 1 KiB, over 1,000 keys. */
export function messages(count: number, topic: string): OutboxMessage[] {
  const time = new Date().toISOString();
  return Array.from({ length: count }, (_, n) => {
    const id = randomUUID();
    const key = `order-${n % KEYS}`;
    return {
      id,
      target: 'kafka',
      destination: topic,
      key,
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: id,
        ce_type: 'waybill.OrderCreated.v1',
        ce_source: '/waybill/order',
        ce_subject: key,
        ce_time: time,
        ce_dataschema: 'urn:waybill:OrderCreated:v1',
      },
      body: bodyOf(n),
    };
  });
}

/** JSON of BODY_BYTES bytes. */
function bodyOf(n: number): Buffer {
  const start = `{"n":${n},"text":"`;
  return Buffer.from(`${start.padEnd(BODY_BYTES - 2, 'x')}"}`);
}

export function batchesOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
