import { connect } from 'node:net';

const PATIENCE = 2_000;

/** Resolves when something accepts connections there. */
export function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PATIENCE });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.once('connect', () => end(resolve));
    socket.once('timeout', () => end(() => reject(new Error(`port ${port} does not answer`))));
    socket.once('error', (error) => end(() => reject(error)));
  });
}

/** Resolves when the URL is answered with success; otherwise rejects with what the answer says is missing. */
export async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  if (response.ok) return void (await response.body?.cancel());
  const report = (await response.json().catch(() => ({}))) as {
    checks?: Record<string, { status: string; reason?: string }>;
  };
  const failing = Object.entries(report.checks ?? {}).filter(([, { status }]) => status !== 'ok');
  throw new Error(
    failing.map(([name, { reason }]) => `${name}: ${reason}`).join('; ') || `answered ${response.status}`,
  );
}
