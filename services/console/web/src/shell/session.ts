import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { consoleApi, dataOf } from '../api/index.js';

/** Who is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => dataOf(consoleApi.GET('/session')),
  staleTime: 60_000,
});

export const useSession = () => useQuery({ ...sessionQuery, refetchInterval: 5 * 60_000 });

export type Credentials = { token: string } | { code: string };

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials) => dataOf(consoleApi.POST('/session', { body })),
    meta: { showsError: true },
    onSuccess: (session) => client.setQueryData(['session'], session),
  });
}

/** Nothing that was shown stays in the browser's memory. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => consoleApi.DELETE('/session'),
    onSuccess() {
      client.setQueryData(['session'], { role: null, expiresAt: null });
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
    },
  });
}
