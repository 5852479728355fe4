import { fromKafka, type LatestRecords, type PageBegin, type PlacedRecord, toMessage } from '@waybill/messaging';
import type { Page } from '@waybill/platform';
import { maskBody, maskText, type PersonalData } from './mask.js';

export interface TopicMessage {
  partition: number;
  offset: string;
  /** When it was written, RFC 3339. */
  time: string;
  key: string | null;
  /** CloudEvents id and type; null when it has none. */
  id: string | null;
  type: string | null;
  headers: Record<string, string>;
  /** Null deletes the key of a compacted topic. */
  body: string | null;
  bodyEncoding: 'utf-8' | 'base64';
  /** Of the body as it is stored. */
  bytes: number;
  /** Whether anything in it is hidden. */
  masked: boolean;
}

export interface TopicMessagesOptions {
  records: LatestRecords;
  /** Of topics in the broker. */
  prefix: string;
  personal: PersonalData;
}

export interface MessagesQuery {
  limit: number;
  before?: PageBegin | undefined;
  key?: string | undefined;
  /** Shows personal data. */
  reveal: boolean;
}

/** The latest messages of topics, whatever their bytes are. */
export class TopicMessages {
  constructor(private readonly options: TopicMessagesOptions) {}

  /** Latest first. Rejects while the broker is unavailable. */
  async list(topic: string, { reveal, ...query }: MessagesQuery): Promise<Page<TopicMessage>> {
    const { records: latest, prefix, personal } = this.options;
    const { records, next } = await latest.page(prefix + topic, query);
    const items = records.map((record) => viewOf(record, topic, reveal ? undefined : personal));
    return { items, nextCursor: next ? cursorOf(next) : null };
  }

  close(): Promise<void> {
    return this.options.records.close();
  }
}

function viewOf(record: PlacedRecord, topic: string, personal: PersonalData | undefined): TopicMessage {
  const { partition, offset, timestamp, value } = record;
  const event = fromKafka(record);
  const { id, type, headers } = toMessage(event, { topic, partition, offset });
  const shown = value && personal ? maskBody(value, personal) : value;
  const hide = personal ? maskText : (text: string) => text;
  const hidden = Object.fromEntries(Object.entries(record.headers).map(([name, text]) => [name, hide(text)]));
  const key = event.key === null ? null : hide(event.key);
  const hides =
    shown !== value ||
    key !== event.key ||
    Object.entries(hidden).some(([name, text]) => record.headers[name] !== text);
  const hasId = Object.keys(headers).some((name) => /:?id$/i.test(name));
  return {
    partition,
    offset,
    time: new Date(timestamp).toISOString(),
    key,
    id: hasId ? hide(id) : null,
    type: type || null,
    headers: hidden,
    ...encoded(shown),
    bytes: value?.length ?? 0,
    masked: hides,
  };
}

function encoded(bytes: Buffer | null): Pick<TopicMessage, 'body' | 'bodyEncoding'> {
  if (!bytes) return { body: null, bodyEncoding: 'utf-8' };
  try {
    const body = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { body, bodyEncoding: 'utf-8' };
  } catch {
    return { body: bytes.toString('base64'), bodyEncoding: 'base64' };
  }
}

const cursorOf = (next: PageBegin): string =>
  Object.entries(next)
    .map(([log, end]) => `${log}-${end}`)
    .join('.');

/** A log and an offset each. */
export const CURSOR = /^\w{1,20}-\d{1,19}(\.\w{1,20}-\d{1,19}){0,999}$/;

export const beginOf = (cursor: string): PageBegin =>
  Object.fromEntries(cursor.split('.').map((pair) => pair.split('-') as [string, string]));
