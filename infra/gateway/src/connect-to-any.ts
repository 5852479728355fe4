import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';

/** A copy that was killed a moment ago may still have its name, and swallows what is sent to it. */
const CONNECT_WITHIN = 1_000;

export interface Target {
  host: string;
  port: number;
}

/** The addresses behind a name, one for each copy; asked anew each time, because copies come and go. */
export type Resolve = (host: string) => Promise<string[]>;

export const byName: Resolve = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};

/**
 * Connects to the copies in turn, and to the next one where a copy does not accept: nothing was sent yet, so nothing
 * happens twice. The promise is `undefined` when none accepts.
 */
export function roundRobin({ host, port }: Target, resolve: Resolve = byName): () => Promise<Socket | undefined> {
  let turn = 0;
  return async () => {
    const addresses = (await resolve(host).catch(() => [])).sort();
    const first = turn++ % (addresses.length || 1);
    for (const address of [...addresses.slice(first), ...addresses.slice(0, first)]) {
      const socket = await connected(address, port);
      if (socket) return socket;
    }
    return undefined;
  };
}

function connected(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const late = setTimeout(() => socket.destroy(), CONNECT_WITHIN);
    const settle = (outcome: Socket | undefined) => {
      clearTimeout(late);
      resolve(outcome);
    };
    socket.once('connect', () => settle(socket));
    socket.once('close', () => settle(undefined));
    socket.on('error', () => {});
  });
}
