import type { LatestRecords, PlacedRecord } from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';

/** Events that are looked at for one that consumers can read. */
const LOOKED_AT = 20;

/** The latest event of a topic, with its id and bytes as they are there; undefined when there is none that consumers can read. */
export async function latestEvent(
  records: LatestRecords,
  { topic, prefix }: { topic: string; prefix: string },
): Promise<OutboxMessage | undefined> {
  const page = await records.page(prefix + topic, { limit: LOOKED_AT });
  const record = page.records.find(isReadable);
  return (
    record && {
      id: record.headers.ce_id!,
      target: 'kafka',
      destination: topic,
      key: record.key?.toString('utf8') ?? null,
      headers: record.headers,
      body: record.value!,
    }
  );
}

function isReadable({ headers, value }: PlacedRecord): boolean {
  if (!headers.ce_id || !value) return false;
  try {
    return Boolean(JSON.parse(value.toString('utf8')));
  } catch {
    return false;
  }
}
