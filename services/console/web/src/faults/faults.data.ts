import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { consoleApi, dataOf } from '../api/index.js';
import type { components, operations } from '../api/types/console.js';

export type Fault = components['schemas']['Fault'];
export type Faults = components['schemas']['Faults'];
export type FaultTarget = components['schemas']['FaultTarget'];
export type MessageTarget = components['schemas']['MessageTarget'];
export type FaultRequest = operations['injectFault']['requestBody']['content']['application/json'];
/** Of a process or server. */
export type ProcessFault = 'kill' | 'pause' | 'slow' | 'stop' | 'cut';

const KEY = ['faults'];
/** ms, while the page is open. */
const REFRESH = 2_000;

/** What can be broken, and what is. */
export function useFaults() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => dataOf(consoleApi.GET('/faults')),
    refetchInterval: REFRESH,
    staleTime: 0,
  });
}

export function useInject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: FaultRequest) => dataOf(consoleApi.POST('/faults', { body })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
    meta: { showsError: true },
  });
}

export function useUndo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Fault) => dataOf(consoleApi.DELETE('/faults/{id}', { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
