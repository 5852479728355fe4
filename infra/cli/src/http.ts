const ANSWER_WITHIN = 20_000;

/** A server gave no answer, or not one that helps. */
export class Unreachable extends Error {}

/** The JSON at a URL. Throws Unreachable, with the URL and the reason in words. */
export async function getJson<Body>(url: string, signal?: AbortSignal): Promise<Body> {
  return jsonOf(await request(url, { ...(signal && { signal }) }));
}

/** The body of a good answer. Throws Unreachable. */
export async function jsonOf<Body>(response: Response): Promise<Body> {
  const { url, status, ok } = response;
  if (!ok) throw new Unreachable(`${url} answered ${status}: ${await shortText(response)}`);
  try {
    return (await response.json()) as Body;
  } catch (error) {
    throw new Unreachable(`${url} did not answer with JSON: ${reasonOf(error)}`);
  }
}

/** `fetch` with a time limit for the beginning of an answer; failing, it throws Unreachable. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ANSWER_WITHIN / 1_000} s`)), ANSWER_WITHIN);
  try {
    const signal = init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal;
    return await fetch(url, { ...init, signal });
  } catch (error) {
    throw new Unreachable(`${url} can not be reached: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** fetch hides what went wrong in the cause, and of several addresses in a list. */
function reasonOf(error: unknown): string {
  const cause = (error as Error).cause;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return (inner as Error | undefined)?.message || (error as Error).message;
}

/** What a problem+json says, else the beginning of the body. */
export async function shortText(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const { title, detail, errors = [] } = JSON.parse(text);
    const fields = errors.map(({ field, message }: { field: string; message: string }) => `${field} ${message}`);
    return [title, detail, ...fields].filter(Boolean).join('; ');
  } catch {
    return text.slice(0, 200);
  }
}
