import { Journal } from './journal.js';
import type { RefusalCode } from './tokens.js';

/** The amount of a charge and its order. */
export interface Charge {
  orderId: string;
  /** Minor units. */
  amount: number;
  currency: string;
}

export interface LedgerEntry extends Charge {
  id: string;
  type: 'charge' | 'refund';
  at: string;
}

/** The state of one idempotency key. */
export interface KeyState {
  /** Fingerprint of the charge request; undefined when there was only a refund. */
  request?: string;
  charge?: LedgerEntry;
  refund?: LedgerEntry;
  refusal?: RefusalCode;
  /** Refunded before it was charged, so it cannot be charged any more. */
  voided?: true;
  /** How often it failed because of its token. */
  failures: number;
}

/** A line of the file. */
type Note =
  | { note: 'charge'; key: string; request: string; entry: LedgerEntry }
  | { note: 'refusal'; key: string; request: string; code: RefusalCode }
  | { note: 'turned-away'; key: string; request: string }
  | { note: 'refund'; key: string; entry: LedgerEntry }
  | { note: 'void'; key: string };

/** What really happened to the money. Every entry is on disk before its response is sent. */
export class Ledger {
  private readonly entries: LedgerEntry[] = [];
  private readonly entriesOfOrder = new Map<string, LedgerEntry[]>();
  private readonly keys = new Map<string, KeyState>();
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly journal: Journal<Note>;

  /** Rebuilds the state from the file at `path`, which is created if missing. */
  constructor(path: string, onFlush?: (lines: number) => void) {
    const { journal, entries } = Journal.open<Note>(path, onFlush);
    this.journal = journal;
    for (const note of entries) this.apply(note);
  }

  /** Serializes work on the same key, so that the second of two concurrent requests sees the effect of the first. */
  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.queues.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.queues.get(key) === turn) this.queues.delete(key);
    }
  }

  stateOf(key: string): Readonly<KeyState> {
    return this.keys.get(key) ?? { failures: 0 };
  }

  /** In chronological order; of one order, or all. */
  list(orderId?: string): readonly LedgerEntry[] {
    return orderId === undefined ? this.entries : (this.entriesOfOrder.get(orderId) ?? []);
  }

  async charge(key: string, request: string, charge: Charge): Promise<LedgerEntry> {
    const entry = newEntry('charge', charge);
    await this.write({ note: 'charge', key, request, entry });
    return entry;
  }

  async refund(key: string, charge: LedgerEntry): Promise<LedgerEntry> {
    const entry = newEntry('refund', charge);
    await this.write({ note: 'refund', key, entry });
    return entry;
  }

  refuse(key: string, request: string, code: RefusalCode): Promise<void> {
    return this.write({ note: 'refusal', key, request, code });
  }

  recordFailure(key: string, request: string): Promise<void> {
    return this.write({ note: 'turned-away', key, request });
  }

  void(key: string): Promise<void> {
    return this.write({ note: 'void', key });
  }

  /** Why it accepts no more entries; undefined while it does. */
  get broken(): string | undefined {
    return this.journal.broken;
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  private async write(note: Note): Promise<void> {
    await this.journal.append(note);
    this.apply(note);
  }

  private apply(note: Note): void {
    const state = this.keys.get(note.key) ?? { failures: 0 };
    this.keys.set(note.key, state);
    if ('request' in note) state.request = note.request;
    if (note.note === 'turned-away') state.failures += 1;
    if (note.note === 'refusal') state.refusal = note.code;
    if (note.note === 'void') state.voided = true;
    if (note.note === 'charge' || note.note === 'refund') {
      state[note.note] = note.entry;
      this.add(note.entry);
    }
  }

  private add(entry: LedgerEntry): void {
    this.entries.push(entry);
    const ofOrder = this.entriesOfOrder.get(entry.orderId);
    if (ofOrder) ofOrder.push(entry);
    else this.entriesOfOrder.set(entry.orderId, [entry]);
  }
}

function newEntry(type: LedgerEntry['type'], { orderId, amount, currency }: Charge): LedgerEntry {
  const id = `${type === 'charge' ? 'ch' : 're'}_${crypto.randomUUID()}`;
  return { id, orderId, type, amount, currency, at: new Date().toISOString() };
}
