import createClient, { type Middleware } from 'openapi-fetch';
import { operatorName } from './operator-name.js';
import { ProblemError, problemFrom } from './problem.js';
import type { paths as ConsolePaths } from './types/console.js';

/** Every response that is no success is thrown as what it says; a browser without a connection says so in the same form. */
const problems: Middleware = {
  onRequest({ request }) {
    const name = operatorName();
    if (name) request.headers.set('x-operator', name);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ProblemError(await problemFrom(response));
    return response;
  },
  onError: () =>
    new ProblemError({
      title: 'The console does not respond',
      status: 0,
      detail: 'npm run status says what is running',
    }),
};

/** A client whose paths, parameters and bodies are those of an OpenAPI document. Whatever is no success is thrown as a ProblemError. */
export function clientOf<Paths extends object>(baseUrl: string) {
  const client = createClient<Paths>({ baseUrl });
  client.use(problems);
  return client;
}

/** The console's own API. */
export const consoleApi = clientOf<ConsolePaths>('/');
/** The body of a successful response. */
export const dataOf = async <T>(response: Promise<{ data?: T }>): Promise<T> => (await response).data as T;
