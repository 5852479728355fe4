import { reasonOf } from '../http/reason-of.js';

/** In ms, until the response's head arrives. */
const TIMEOUT = 10_000;

/** The JSON at a URL; undefined when there is none (404). Rejects with the URL and the reason. */
export async function readJson<Body>(url: string): Promise<Body | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) }).catch((error: Error) => {
    throw new Error(`${url} could not be reached: ${reasonOf(error)}`);
  });
  if (response.ok) return (await response.json()) as Body;
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  throw new Error(`${url} responded with ${response.status}`);
}
