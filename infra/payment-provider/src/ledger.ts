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
  /** Idempotency-Key of the charge, also for its refund. */
  chargeKey: string;
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
  /** How often its refund is still to fail because of its token. */
  failRefunds?: number;
}

/** A line of the file. */
type Note =
  | { note: 'charge'; key: string; request: string; entry: LedgerEntry; failRefunds?: number }
  | { note: 'refusal'; key: string; request: string; code: RefusalCode }
  | { note: 'turned-away'; key: string; request: string }
  | { note: 'refund-turned-away'; key: string }
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
    this.journal = Journal.open<Note>(path, (note) => this.apply(note), onFlush);
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

  /** `failRefunds`: how often its refund is to fail. */
  async charge(key: string, request: string, charge: Charge, failRefunds = 0): Promise<LedgerEntry> {
    const entry = newEntry('charge', key, charge);
    await this.write({ note: 'charge', key, request, entry, ...(failRefunds && { failRefunds }) });
    return entry;
  }

  async refund(key: string, charge: LedgerEntry): Promise<LedgerEntry> {
    const entry = newEntry('refund', key, charge);
    await this.write({ note: 'refund', key, entry });
    return entry;
  }

  refuse(key: string, request: string, code: RefusalCode): Promise<void> {
    return this.write({ note: 'refusal', key, request, code });
  }

  recordFailure(key: string, request: string): Promise<void> {
    return this.write({ note: 'turned-away', key, request });
  }

  recordRefundFailure(key: string): Promise<void> {
    return this.write({ note: 'refund-turned-away', key });
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
    if (note.note === 'charge' && note.failRefunds) state.failRefunds = note.failRefunds;
    if (note.note === 'refund-turned-away' && state.failRefunds) state.failRefunds -= 1;
    if (note.note === 'refusal') state.refusal = note.code;
    if (note.note === 'void') state.voided = true;
    if (note.note === 'charge' || note.note === 'refund') {
      const entry = { ...note.entry, chargeKey: note.key }; // lines of an earlier version name it only beside the entry
      state[note.note] = entry;
      this.add(entry);
    }
  }

  private add(entry: LedgerEntry): void {
    this.entries.push(entry);
    const ofOrder = this.entriesOfOrder.get(entry.orderId);
    if (ofOrder) ofOrder.push(entry);
    else this.entriesOfOrder.set(entry.orderId, [entry]);
  }
}

function newEntry(type: LedgerEntry['type'], chargeKey: string, { orderId, amount, currency }: Charge): LedgerEntry {
  const id = `${type === 'charge' ? 'ch' : 're'}_${crypto.randomUUID()}`;
  return { id, chargeKey, orderId, type, amount, currency, at: new Date().toISOString() };
}
