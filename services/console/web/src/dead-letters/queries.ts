import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { consoleApi, dataOf, ProblemError } from '../api/index.js';
import type { components, operations } from '../api/types/console.js';

type Schemas = components['schemas'];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetterDetail = Schemas['DeadLetterDetail'];
export type DeadLetterGroup = Schemas['DeadLetterGroup'];
export type Batch = Schemas['Batch'];
export type AuditEntry = Schemas['AuditEntry'];
export type ParkedEvent = Schemas['ParkedEvent'];
export type HistoryEntry = DeadLetterDetail['history'][number];
export type BatchAction = Batch['action'];
export type BatchRequest = operations['resubmitMany']['requestBody']['content']['application/json'] & {
  reason?: string;
};

type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;
export type ListQuery = QueryOf<'listDeadLetters'>;
export type GroupQuery = QueryOf<'listGroups'>;
export type AuditQuery = QueryOf<'listAudit'>;

/** Milliseconds between two looks at what changes, while the page is visible. */
const INTERVAL = 5_000;
const OF_PROGRESS = 1_000;
const live = { refetchInterval: INTERVAL, placeholderData: keepPreviousData } as const;

/** Everything that a decision about a dead letter may change. */
const ROOT = 'dead-letters';

export const useDeadLetters = (query: ListQuery) =>
  useQuery({
    queryKey: [ROOT, 'list', query],
    queryFn: () => dataOf(consoleApi.GET('/dead-letters', { params: { query } })),
    ...live,
  });

export const useGroups = (query: GroupQuery, isNeeded = true) =>
  useQuery({
    queryKey: [ROOT, 'groups', query],
    queryFn: () => dataOf(consoleApi.GET('/dead-letters/groups', { params: { query } })),
    enabled: isNeeded,
    ...live,
  });

const getDeadLetter = (id: string) => dataOf(consoleApi.GET('/dead-letters/{id}', { params: { path: { id } } }));

/**
 * As it was when it was opened, because a decision about it names the version that was seen. Once it is resubmitted, it is looked at again
 * and again: it may fail once more.
 */
export const useDeadLetter = (id: string) =>
  useQuery({
    queryKey: [ROOT, 'one', id],
    queryFn: () => getDeadLetter(id),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchInterval: ({ state }) => state.data?.status === 'resubmitted' && INTERVAL,
  });

/** As it is now, beside the one that is shown. */
export const useDeadLetterNow = (id: string, isNeeded: boolean) =>
  useQuery({ queryKey: [ROOT, 'now', id], queryFn: () => getDeadLetter(id), enabled: isNeeded, gcTime: 0 });

export const useMessageSchema = (id: string) =>
  useQuery({
    queryKey: ['message-schema', id],
    queryFn: () => dataOf(consoleApi.GET('/dead-letters/{id}/schema', { params: { path: { id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** More than a person looks at. */
const PARKED_SHOWN = 100;

/** Looks again as long as anything may be parked. */
export const useParked = ({ id, status }: DeadLetter) =>
  useQuery({
    queryKey: [ROOT, 'parked', id],
    queryFn: () =>
      dataOf(consoleApi.GET('/dead-letters/{id}/parked', { params: { path: { id }, query: { limit: PARKED_SHOWN } } })),
    refetchInterval: ({ state }) => (status === 'waiting' || state.data?.items.length !== 0) && INTERVAL,
    retry: false,
  });

export const useBatches = (query: QueryOf<'listBatches'>) =>
  useQuery({
    queryKey: [ROOT, 'batches', query],
    queryFn: () => dataOf(consoleApi.GET('/dead-letters/batches', { params: { query } })),
    ...live,
  });

export const isUnfinished = ({ status }: Batch): boolean => status === 'running' || status === 'paused';

export const useBatch = (id: string) =>
  useQuery({
    queryKey: [ROOT, 'batch', id],
    queryFn: () => dataOf(consoleApi.GET('/dead-letters/batches/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data && isUnfinished(state.data) ? OF_PROGRESS : false),
  });

export const useAudit = (query: AuditQuery) =>
  useQuery({
    queryKey: [ROOT, 'audit', query],
    queryFn: () => dataOf(consoleApi.GET('/dead-letters/audit', { params: { query } })),
    ...live,
  });

const submit = (action: BatchAction, body: BatchRequest) =>
  action === 'resubmit'
    ? dataOf(consoleApi.POST('/dead-letters/resubmit', { body }))
    : dataOf(consoleApi.POST('/dead-letters/discard', { body: { reason: '', ...body } }));

/** How many dead letters a batch would resolve. */
export const useDryRun = (action: BatchAction, { reason: _, ...request }: BatchRequest) =>
  useQuery({
    queryKey: [ROOT, 'dry-run', action, request],
    // The reason is asked for anyway, and changes nothing about which.
    queryFn: () => submit(action, { ...request, ...(action === 'discard' && { reason: 'dry run' }), dryRun: true }),
    placeholderData: keepPreviousData,
  });

/** Shows its errors itself. */
function useChange<Variables, Result>(change: (variables: Variables) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    meta: { showsError: true },
    onSuccess: () => client.invalidateQueries({ queryKey: [ROOT] }),
  });
}

export const useResubmit = ({ id, version }: DeadLetter) =>
  useChange(({ body, force = false }: { body?: string; force?: boolean }) =>
    dataOf(
      consoleApi.POST('/dead-letters/{id}/resubmit', {
        params: { path: { id } },
        body: { version, force, ...(body !== undefined && { body }) },
      }),
    ),
  );

export const useDiscard = ({ id, version }: DeadLetter) =>
  useChange((reason: string) =>
    dataOf(consoleApi.POST('/dead-letters/{id}/discard', { params: { path: { id } }, body: { reason, version } })),
  );

export const useStartBatch = () =>
  useChange(({ action, request }: { action: BatchAction; request: BatchRequest }) => submit(action, request));

export const useBatchControl = (id: string) =>
  useChange((control: 'pause' | 'resume' | 'stop') =>
    dataOf(consoleApi.POST(`/dead-letters/batches/{id}/${control}`, { params: { path: { id } } })),
  );

/** Loads everything about dead letters anew. */
export function useReload() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [ROOT] });
}

/** The name of the problem, such as `has-changed`, after the base of its type. */
export const problemName = (error: unknown): string | undefined =>
  error instanceof ProblemError ? error.problem.type?.split(/[:/]/).at(-1) : undefined;
