import { type Attempt, type AttemptRecord, attemptOf, chargeKeyOf } from '../domain/payment.js';
import { compare, type Finding, isRepairable } from '../domain/reconciliation.js';
import type { LedgerEntry, LedgerQuery, PaymentProvider } from '../provider/payment-provider.js';
import { recordFirst } from './charge-payment.js';
import type { PaymentDeps } from './payment-deps.js';
import { compareRows } from './reconcile-rows.js';
import { undoCharge } from './undo-charge.js';

const HOUR = 3_600_000;

export interface ReconciliationRange {
  since: Date;
  /** What is later may be in flight. */
  until: Date;
  /** False: only report. */
  repair: boolean;
}

export interface Reconciliation {
  since: Date;
  until: Date;
  /** How many were compared: entries of the provider's ledger, and our rows. */
  entries: number;
  payments: number;
  findings: Finding[];
}

/**
 * Compares the provider's ledger with what is recorded here, both ways, and repairs what is safe. It can run at any time, also
 * twice concurrently: a repair is a step of the saga, repeated. Rejects with ProviderUnavailable.
 */
export async function reconcile(deps: PaymentDeps, range: ReconciliationRange): Promise<Reconciliation> {
  const { since, until } = range;
  const seen = new Set<string>();
  const findings: Finding[] = [];
  let entries = 0;
  // From earlier, because an entry is older than its row.
  for await (const page of pagesOf(deps.provider, { since: new Date(since.getTime() - HOUR) })) {
    for (const { id } of page) seen.add(id);
    const old = page.filter(({ at }) => at < until);
    entries += old.length;
    findings.push(...(await compareEntries(deps, old, range)));
  }
  const rows = await compareRows(deps, { since, until, seen });
  return { since, until, entries, payments: rows.compared, findings: [...findings, ...rows.findings] };
}

async function* pagesOf(provider: PaymentProvider, query: LedgerQuery): AsyncGenerator<LedgerEntry[]> {
  for (let cursor: string | undefined; ; ) {
    const { entries, nextCursor } = await provider.ledger({ ...query, ...(cursor && { cursor }) });
    yield entries;
    if (!nextCursor) return;
    cursor = nextCursor;
  }
}

async function compareEntries(deps: PaymentDeps, entries: LedgerEntry[], { until, repair }: ReconciliationRange) {
  const attempts = entries.map(({ chargeKey }) => attemptOf(chargeKey)).filter((attempt) => attempt !== undefined);
  const records = await recordsOf(deps, attempts);
  const findings: Finding[] = [];
  for (const entry of entries) {
    const attempt = attemptOf(entry.chargeKey);
    const kind = attempt ? compare(entry, records.get(chargeKeyOf(attempt)), until) : 'not-ours';
    if (!kind) continue;
    const finding: Finding = { kind, repaired: false, attempt, type: entry.type, providerId: entry.id };
    if (repair && attempt && isRepairable(kind)) {
      await repairOne(deps, attempt, entry, finding);
      const [fresh] = await recordsOf(deps, [attempt]); // its refund may be the next entry
      if (fresh) records.set(...fresh);
    }
    findings.push(finding);
  }
  return findings;
}

async function recordsOf(
  { database, payments }: PaymentDeps,
  attempts: Attempt[],
): Promise<Map<string, AttemptRecord>> {
  if (attempts.length === 0) return new Map();
  const records = await payments.findMany(database.autocommit, attempts);
  return new Map(records.map((record) => [chargeKeyOf(record), record]));
}

/** An attempt that resists, say because the provider fails for it, does not stop the others from being compared. */
async function repairOne(deps: PaymentDeps, attempt: Attempt, entry: LedgerEntry, finding: Finding): Promise<void> {
  const { id, amount, currency } = entry;
  try {
    const record = await deps.database.transaction((tx) => deps.payments.lock(tx, attempt));
    if (record.undoRequestedAt) await undoCharge(deps, attempt);
    else await recordFirst(deps, { ...attempt, amount, currency }, { status: 'SUCCEEDED', providerId: id });
    finding.repaired = true;
  } catch (error) {
    finding.problem = (error as Error).message;
  }
}
