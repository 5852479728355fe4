import { notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { messageOf, ProblemError } from '../api/index.js';

const statusOf = (error: unknown) => (error instanceof ProblemError ? error.problem.status : undefined);

/** Who is signed out is asked to sign in, whatever told it. */
function onError(error: unknown): void {
  if (statusOf(error) === 401) void queries.invalidateQueries({ queryKey: ['session'] });
}

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({
    onError(error, _variables, _result, mutation) {
      onError(error);
      // Unless the page shows it where it belongs.
      if (!mutation.meta?.showsError)
        notifications.show({ color: 'red', title: 'That failed', message: messageOf(error) });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What is wrong with a request is wrong with the next one, too.
      retry: (failures, error) => failures < 2 && !(statusOf(error)! >= 400 && statusOf(error)! < 500),
    },
  },
});
