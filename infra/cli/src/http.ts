const RESPONSE_TIMEOUT = 20_000;

/** A server could not be reached, or its response is of no use. */
export class Unreachable extends Error {}

/** The JSON at a URL. Throws Unreachable with the URL and the reason. */
export async function getJson<Body>(url: string, signal?: AbortSignal): Promise<Body> {
  return jsonBody(await request(url, { ...(signal && { signal }) }));
}

/** The body of a 2xx response. Throws Unreachable for any other. */
export async function jsonBody<Body>(response: Response): Promise<Body> {
  const { url, status, ok } = response;
  if (!ok) throw new Unreachable(`${url} responded with ${status}: ${await problemText(response)}`);
  try {
    return (await response.json()) as Body;
  } catch (error) {
    throw new Unreachable(`${url} did not respond with JSON: ${reasonOf(error)}`);
  }
}

/** Every item of a paginated list (`{ items, nextCursor }`). Throws Unreachable. */
export async function getAllPages<Item>(url: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '1000', ...(cursor !== null && { cursor }) });
    const page: { items: Item[]; nextCursor: string | null } = await getJson(`${url}?${query}`);
    if (!Array.isArray(page.items)) throw new Unreachable(`${url} did not respond with a list`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

/** `fetch` with a timeout until the response's head arrives. Throws Unreachable. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new Error(`no response within ${RESPONSE_TIMEOUT / 1_000} s`)),
    RESPONSE_TIMEOUT,
  );
  try {
    const signal = init.signal ? AbortSignal.any([init.signal, timeout.signal]) : timeout.signal;
    return await fetch(url, { ...init, signal });
  } catch (error) {
    throw new Unreachable(`${url} could not be reached: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** fetch hides the reason in `cause`, and where a name has several addresses, in a list. */
function reasonOf(error: unknown): string {
  const cause = (error as Error).cause;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return (inner as Error | undefined)?.message || (error as Error).message;
}

/** Title, detail and field errors of a problem+json, else the beginning of the body. */
export async function problemText(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const { title, detail, errors = [] } = JSON.parse(text);
    const fields = errors.map(({ field, message }: { field: string; message: string }) => `${field} ${message}`);
    return [title, detail, ...fields].filter(Boolean).join('; ');
  } catch {
    return text.slice(0, 200);
  }
}
