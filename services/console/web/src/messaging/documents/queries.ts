import { useQuery } from '@tanstack/react-query';
import { consoleApi, dataOf } from '../../api/index.js';
import { ProblemError, problemFrom } from '../../api/problem.js';

export type DocumentKind = 'openapi' | 'asyncapi';

export const useProcesses = () =>
  useQuery({
    queryKey: ['system'],
    queryFn: () => dataOf(consoleApi.GET('/system')),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** A document that a process serves of itself; null when it serves none of this kind. */
export const useDocument = <Document>(process: string, kind: DocumentKind) =>
  useQuery({
    queryKey: ['document', process, kind],
    queryFn: async () => {
      const response = await fetch(`/api/${encodeURIComponent(process)}/${kind}.json`);
      if (response.status === 404) return null;
      if (!response.ok) throw new ProblemError(await problemFrom(response));
      return (await response.json()) as Document;
    },
    staleTime: 60_000,
  });
