import { Journal } from './journal.js';

/** Minor units. */
interface Money {
  amount: number;
  currency: string;
}

export interface LedgerEntry extends Money {
  id: string;
  orderId: string;
  type: 'charge' | 'refund';
  at: string;
}

/** What is known of one idempotency key. */
interface KeyState {
  charge?: LedgerEntry;
  refund?: LedgerEntry;
  /** Refunded before it was charged: it can not be charged any more. */
  voided?: true;
  /** How often it was turned away by a token that fails at first. */
  failures: number;
}

type Note = { note: 'charge' | 'refund'; key: string; entry: LedgerEntry } | { note: 'void' | 'failure'; key: string };

/** What really happened to the money. Everything in it is on the disk before anyone is told. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  private readonly keys = new Map<string, KeyState>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly journal: Journal<Note>;

  constructor(path: string) {
    const { journal, entries } = Journal.open<Note>(path);
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
    return this.keys.get(key) ?? { failures: 0 };
  }

  async charge(key: string, charge: Money & { orderId: string }): Promise<LedgerEntry> {
    const entry = newEntry('charge', charge);
    await this.write({ note: 'charge', key, entry });
    return entry;
  }

  async refund(key: string, { orderId, amount, currency }: LedgerEntry): Promise<LedgerEntry> {
    const entry = newEntry('refund', { orderId, amount, currency });
    await this.write({ note: 'refund', key, entry });
    return entry;
  }

  void(key: string): Promise<void> {
    return this.write({ note: 'void', key });
  }

  noteFailure(key: string): Promise<void> {
    return this.write({ note: 'failure', key });
  }

  close(): void {
    this.journal.close();
  }

  private async write(note: Note): Promise<void> {
    await this.journal.note(note);
    this.apply(note);
  }

  private apply(note: Note): void {
    const state = this.keys.get(note.key) ?? { failures: 0 };
    this.keys.set(note.key, state);
    if (note.note === 'failure') state.failures += 1;
    if (note.note === 'void') state.voided = true;
    if (note.note === 'charge' || note.note === 'refund') {
      state[note.note] = note.entry;
      this.entries.push(note.entry);
    }
  }
}

function newEntry(type: 'charge' | 'refund', { orderId, amount, currency }: Money & { orderId: string }): LedgerEntry {
  return {
    id: `${type === 'charge' ? 'ch' : 're'}_${crypto.randomUUID()}`,
    orderId,
    type,
    amount,
    currency,
    at: new Date().toISOString(),
  };
}
