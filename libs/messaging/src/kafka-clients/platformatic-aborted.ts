import type { Consumer, FetchOptions } from '@platformatic/kafka';

type TextConsumer = Consumer<Buffer, Buffer, string, string>;
/** Of the overload with a promise, which is the last one. */
type FetchResponse = Awaited<ReturnType<TextConsumer['fetch']>>;
type Options = FetchOptions<Buffer, Buffer, string, string>;
type Callback = (error: Error | null, response: FetchResponse) => void;
type Partition = FetchResponse['responses'][number]['partitions'][number];
type Batch = NonNullable<Partition['records']>[number];

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const ABORT = 0;

/**
 * Leaves out the records of aborted transactions, as a `read_committed` consumer must: the broker sends them, with a list of
 * their transactions, and the library passes them on. The batches remain, empty, so that their offsets are passed.
 */
export function fetchCommittedOnly(consumer: TextConsumer): void {
  const fetch: (options: Options, callback: Callback) => void = consumer.fetch.bind(consumer);
  const committedOnly = (options: Options, callback: Callback) =>
    fetch(options, (error, response) => {
      for (const { partitions } of error ? [] : response.responses) partitions.forEach(dropAborted);
      callback(error, response);
    });
  consumer.fetch = committedOnly as TextConsumer['fetch'];
}

/** A transaction lasts from its first offset to its producer's next control record. */
function dropAborted({ abortedTransactions, records }: Partition): void {
  const aborted = [...(abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const open = new Set<bigint>();
  for (const batch of aborted.length ? (records ?? []) : []) {
    while (aborted[0] && aborted[0].firstOffset <= lastOffsetOf(batch)) open.add(aborted.shift()!.producerId);
    if (batch.attributes & CONTROL) {
      if (isAbort(batch)) open.delete(batch.producerId);
    } else if (batch.attributes & TRANSACTIONAL && open.has(batch.producerId)) {
      batch.records = [];
    }
  }
}

const lastOffsetOf = ({ firstOffset, lastOffsetDelta }: Batch): bigint => firstOffset + BigInt(lastOffsetDelta);

/** The key of a control record: its version and its type, two bytes each. */
const isAbort = ({ records }: Batch): boolean => records[0]?.key?.readInt16BE(2) === ABORT;
