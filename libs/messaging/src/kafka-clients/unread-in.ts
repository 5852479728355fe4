export interface Unread {
  /** Records that a consumer would be given: no control records, and none of an aborted transaction. */
  count: number;
  /** When the first of them was written, in ms since 1970. Undefined when there is none. */
  oldest?: number;
}

/** A batch as it is in the log. */
export interface LogBatch {
  firstOffset: bigint;
  lastOffsetDelta: number;
  attributes: number;
  firstTimestamp: bigint;
  maxTimestamp: bigint;
  records: readonly { offsetDelta: number; timestampDelta: bigint }[];
}

const LOG_APPEND_TIME = 0x08;
const CONTROL = 0x20;

/**
 * What is unread from one offset to another (exclusive), by the first batches of it. Offsets are no count of records: control
 * records have some, and a compacted topic has gaps. What lies behind these batches is counted by offsets all the same.
 */
export function unreadIn(batches: readonly LogBatch[], from: bigint, end: bigint): Unread {
  let [count, oldest] = [0, undefined as number | undefined];
  let lookedAt = from;
  for (const batch of batches) {
    const { firstOffset, lastOffsetDelta, attributes, firstTimestamp, maxTimestamp } = batch;
    if (firstOffset >= end) break;
    lookedAt = firstOffset + BigInt(lastOffsetDelta) + 1n;
    if (attributes & CONTROL) continue;
    const unread = batch.records.filter(({ offsetDelta }) => firstOffset + BigInt(offsetDelta) >= from);
    count += unread.length;
    if (unread[0])
      oldest ??= Number(attributes & LOG_APPEND_TIME ? maxTimestamp : firstTimestamp + unread[0].timestampDelta);
  }
  const last = batches.at(-1);
  if (last && end > lookedAt) {
    count += Number(end - lookedAt);
    oldest ??= Number(last.maxTimestamp); // nothing before it is to be read
  }
  return { count, ...(oldest !== undefined && { oldest }) };
}
