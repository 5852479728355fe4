import { allSettledOrThrow, GroupCommit, schemaName, type TransactionRunner, type Tx } from '@waybill/outbox';
import {
  type IdempotencyKeys,
  type KeyedRequest,
  KeyReusedWithAnotherPayload,
  type KeyStoreGuarantees,
} from './idempotency-keys.js';
import { KeyMetrics } from './key-metrics.js';
import { KeyTable } from './key-table.js';
import {
  firstResponse,
  type IdempotentResponse,
  NotStored,
  replayOf,
  type StoredResponse,
  storable,
  type WorkResponse,
} from './response.js';

export interface PostgresIdempotencyKeysOptions {
  /** How long a second request waits for the first one's response before it gets 409, in ms. Default 2,000. */
  wait?: number;
  /**
   * Most requests with a key that share one transaction. Default 1: none does. More is faster under load, and needs a
   * connection that pipelines and work whose every statement stands alone (an insert, an upsert, a set-to), because row
   * locks do not isolate requests of the same transaction. When one fails, each of its group is retried separately.
   */
  groupCommit?: number;
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string;
  /** Prefix of the metrics. Default `waybill`. */
  namespace?: string;
}

type Work = (tx: Tx) => Promise<WorkResponse>;

/** A request that may share a transaction. */
interface GroupedRequest {
  request: KeyedRequest & { key: string };
  work: Work;
  /** Returns its response, once there is one. */
  response?: () => IdempotentResponse;
}

/**
 * Stores key, response and effect in one transaction of the service's own database: after a crash there is either all of it
 * or nothing, and no mark that has to time out. Needs READ COMMITTED.
 */
export class PostgresIdempotencyKeys implements IdempotencyKeys {
  readonly guarantees: KeyStoreGuarantees = {
    exactlyOnceAfterCrash: true,
    inFlightAfterCrash: 0,
    rejectsPayloadInFlight: false,
  };
  private readonly table: KeyTable;
  private readonly groupSize: number;
  private readonly metrics: KeyMetrics;
  private readonly groups = new WeakMap<TransactionRunner, GroupCommit<GroupedRequest>>();

  constructor({ wait = 2_000, groupCommit = 1, schema, namespace }: PostgresIdempotencyKeysOptions = {}) {
    this.metrics = new KeyMetrics(namespace);
    this.table = new KeyTable(schemaName(schema), wait);
    this.groupSize = groupCommit;
  }

  once(db: TransactionRunner, request: KeyedRequest, work: Work): Promise<IdempotentResponse> {
    return this.metrics.counted(request, () => this.answer(db, request, work));
  }

  private async answer(db: TransactionRunner, request: KeyedRequest, work: Work): Promise<IdempotentResponse> {
    try {
      // Without a key a commit whose answer is lost could not be recognised, and the work would be repeated.
      if (this.groupSize > 1 && hasKey(request)) {
        const grouped: GroupedRequest = { request, work };
        await this.groupsOn(db).do(grouped);
        if (grouped.response) return grouped.response();
      }
      return await db.transaction((tx) => this.doOne(tx, request, work));
    } catch (error) {
      if (error instanceof NotStored) return firstResponse(error.response);
      throw error;
    }
  }

  private async doOne(tx: Tx, request: KeyedRequest, work: Work): Promise<IdempotentResponse> {
    const stored = hasKey(request) ? await this.table.claim(tx, request) : undefined;
    if (stored) return checkedReplay(stored, request);
    const response = await storable(work(tx));
    if (hasKey(request)) await this.table.store(tx, [[request, response]]);
    return firstResponse(response);
  }

  private groupsOn(database: TransactionRunner): GroupCommit<GroupedRequest> {
    const known = this.groups.get(database);
    if (known) return known;
    const groups = new GroupCommit<GroupedRequest>({
      database,
      size: this.groupSize,
      work: (tx, group) => this.doGroup(tx, group),
    });
    this.groups.set(database, groups);
    return groups;
  }

  /** Leaves requests whose key another transaction holds without a response. */
  private async doGroup(tx: Tx, group: readonly GroupedRequest[]): Promise<void> {
    const [only, ...others] = group;
    if (only && others.length === 0) {
      const response = await this.doOne(tx, only.request, only.work);
      only.response = () => response;
      return;
    }
    const fresh = await this.claimAll(tx, group);
    const responses = await allSettledOrThrow(fresh.map(({ work }) => storable(work(tx))));
    await this.table.store(
      tx,
      fresh.map(({ request }, n) => [request, responses[n]!]),
    );
    for (const [n, grouped] of fresh.entries()) grouped.response = () => firstResponse(responses[n]!);
  }

  /**
   * Claims each key once, waiting for none. Returns the requests whose work is to be done now, and sets the response of
   * those that have a stored one. One round trip.
   */
  private async claimAll(tx: Tx, group: readonly GroupedRequest[]): Promise<GroupedRequest[]> {
    const byKey = new Map<string, GroupedRequest>();
    for (const grouped of group) {
      const scopeAndKey = JSON.stringify([grouped.request.scope, grouped.request.key]);
      if (!byKey.has(scopeAndKey)) byKey.set(scopeAndKey, grouped);
    }
    const distinct = [...byKey.values()];
    const claims = await this.table.claimAll(
      tx,
      distinct.map(({ request }) => request),
    );
    return distinct.filter((grouped, n) => {
      const { claimed, stored } = claims[n]!;
      if (stored) grouped.response = () => checkedReplay(stored, grouped.request);
      return claimed && !stored;
    });
  }
}

const hasKey = (request: KeyedRequest): request is KeyedRequest & { key: string } => request.key !== undefined;

function checkedReplay(stored: StoredResponse, request: KeyedRequest): IdempotentResponse {
  if (stored.fingerprint !== request.fingerprint) throw new KeyReusedWithAnotherPayload();
  return replayOf(stored);
}
