import createClient, { type Middleware } from 'openapi-fetch';
import { operatorName } from './operator-name.js';
import { ProblemError, problemFrom } from './problem.js';
import type { paths as ConsolePaths } from './types/console.js';

/** In ms. A browser has six connections to the console: requests that hang must not take them from the others. */
const TIMEOUT = 10_000;

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

const fetchInTime = (request: Request): Promise<Response> =>
  fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT)]) });

/** Every response that is no success is thrown as what it says; a browser without a connection says so in the same form. */
const problems: Middleware = {
  onRequest({ request }) {
    const name = operatorName();
    if (name) request.headers.set('x-operator', encodeURIComponent(name));
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ProblemError(await problemFrom(response));
    return response;
  },
  onError: ({ error }) =>
    new ProblemError({
      title: isTimeout(error) ? `No response within ${TIMEOUT / 1_000} s` : 'The console does not respond',
      status: 0,
      detail: 'npm run status says what is running',
    }),
};

/** A client whose paths, parameters and bodies are those of an OpenAPI document. Whatever is no success is thrown as a ProblemError. */
export function clientOf<Paths extends object>(baseUrl: string) {
  const client = createClient<Paths>({ baseUrl, fetch: fetchInTime });
  client.use(problems);
  return client;
}

/** The console's own API. */
export const consoleApi = clientOf<ConsolePaths>('/');
/** The body of a successful response. */
export const dataOf = async <T>(response: Promise<{ data?: T }>): Promise<T> => (await response).data as T;
