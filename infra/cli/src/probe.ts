import { NotRunning } from './endpoints.js';
import { request } from './http.js';

/** Throws NotRunning when the service does not respond. For the start of a command that later retries its requests. */
export async function probe(url: string): Promise<void> {
  const response = await request(`${url}/health/live`).catch((error: Error) => {
    throw new NotRunning(error.message);
  });
  await response.body?.cancel();
}
