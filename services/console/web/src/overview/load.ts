/** In ms. */
const RETRY_AFTER = 3_000;

/** Code of a part of the page. While the console is unavailable, it is asked for again and again: the rest of the page stays. */
export async function loaded<Code>(load: () => Promise<Code>): Promise<Code> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
    }
  }
}

/** When the browser has nothing else to do, and soon in any case. */
export const whenIdle = () =>
  new Promise<void>((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 1_000 });
    else setTimeout(resolve, 500); // Safari
  });
