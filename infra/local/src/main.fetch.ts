import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Writes what a URL gives into a file. A program of its own, because Node takes proxies from the environment only as a whole. */
const [url, file] = process.argv.slice(2) as [string, string];
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(10 * 60_000) });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  await pipeline(response.body!, createWriteStream(file));
} catch (error) {
  const { message, cause } = error as Error;
  console.error(`${url}: ${cause instanceof Error ? cause.message : message}`);
  process.exitCode = 1;
}
