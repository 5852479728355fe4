/** What the console responds with, as far as it is printed. */
export interface Trace {
  orderId: string;
  /** By time. */
  entries: { at: string; source: string; what: string; detail?: string }[];
  now: string[];
  missing: { source: string; reason: string }[];
}

/** A line for each entry: the time since the first one, and since the one before. */
export function formatTrace({ orderId, entries, now, missing }: Trace): string {
  const start = entries[0] && Date.parse(entries[0].at);
  const widths = {
    source: Math.max(0, ...entries.map(({ source }) => source.length)),
    what: Math.max(0, ...entries.map(({ what }) => what.length)),
  };
  const lines = entries.map(({ at, source, what, detail = '' }, n) => {
    const since = seconds(Date.parse(at) - start!).padStart(10);
    const step = (n === 0 ? '' : `+${seconds(Date.parse(at) - Date.parse(entries[n - 1]!.at))}`).padStart(11);
    return `${since} ${step}  ${source.padEnd(widths.source)}  ${what.padEnd(widths.what)}  ${detail}`.trimEnd();
  });
  return [
    `order ${orderId}${entries[0] ? `, since ${entries[0].at}` : ''}`,
    ...lines,
    ...now.map((text) => `       now: ${text}`),
    ...missing.map(({ source, reason }) => `   MISSING: ${source}: ${reason}`),
  ].join('\n');
}

/** As people read it. */
function seconds(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}
