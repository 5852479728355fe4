import { connect } from 'node:net';

const TIMEOUT = 2_000;

/** Resolves when a program accepts connections on this port. */
export function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: TIMEOUT });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.once('connect', () => end(resolve));
    socket.once('timeout', () => end(() => reject(new Error(`port ${port} does not respond`))));
    socket.once('error', (error) => end(() => reject(error)));
  });
}

/** Resolves when the response is a success; otherwise rejects with what it reports as missing. */
export async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) });
  if (response.ok) return void (await response.body?.cancel());
  const report = (await response.json().catch(() => ({}))) as {
    checks?: Record<string, { status: string; reason?: string }>;
  };
  const failing = Object.entries(report.checks ?? {}).filter(([, { status }]) => status !== 'ok');
  throw new Error(failing.map(([name, { reason }]) => `${name}: ${reason}`).join('; ') || `status ${response.status}`);
}
