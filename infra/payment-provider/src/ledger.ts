import { Journal } from './journal.js';
import type { RefusalCode } from './tokens.js';

/** What is charged, and for which order. */
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

/** What is known of one idempotency key. */
export interface KeyState {
  /** Fingerprint of the request that came with the key; undefined when only a refund did. */
  request?: string;
  charge?: LedgerEntry;
  refund?: LedgerEntry;
  refusal?: RefusalCode;
  /** Refunded before it was charged: it can not be charged any more. */
  voided?: true;
  /** How often it was turned away by a token that fails at first. */
  turnedAway: number;
}

type Note =
  | { note: 'charge'; key: string; request: string; entry: LedgerEntry }
  | { note: 'refusal'; key: string; request: string; code: RefusalCode }
  | { note: 'turned-away'; key: string; request: string }
  | { note: 'refund'; key: string; entry: LedgerEntry }
  | { note: 'void'; key: string };

/** What really happened to the money. Everything in it is on the disk before anyone is told. */
export class Ledger {
  private readonly entries: LedgerEntry[] = [];
  private readonly entriesOfOrder = new Map<string, LedgerEntry[]>();
  private readonly keys = new Map<string, KeyState>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly journal: Journal<Note>;

  /** Rebuilds what is known from the file at `path`, which is made when it is not there. */
  constructor(path: string, onFlush?: (lines: number) => void) {
    const { journal, entries } = Journal.open<Note>(path, onFlush);
    this.journal = journal;
    for (const note of entries) this.apply(note);
  }

  /** One after the other for the same key, so that of two requests at once the second sees what the first has done. */
  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(key) === turn) this.turns.delete(key);
    }
  }

  stateOf(key: string): Readonly<KeyState> {
    return this.keys.get(key) ?? { turnedAway: 0 };
  }

  /** In the order in which they happened; of one order, or of all. */
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

  turnAway(key: string, request: string): Promise<void> {
    return this.write({ note: 'turned-away', key, request });
  }

  void(key: string): Promise<void> {
    return this.write({ note: 'void', key });
  }

  /** Why nothing can be written any more; undefined while all is well. */
  get broken(): string | undefined {
    return this.journal.broken;
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  private async write(note: Note): Promise<void> {
    await this.journal.note(note);
    this.apply(note);
  }

  private apply(note: Note): void {
    const state = this.keys.get(note.key) ?? { turnedAway: 0 };
    this.keys.set(note.key, state);
    if ('request' in note) state.request = note.request;
    if (note.note === 'turned-away') state.turnedAway += 1;
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
