import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';

/** A copy that was killed a moment ago may still have its name, and swallows what is sent to it. */
const CONNECT_WITHIN = 1_000;

export interface Target {
  host: string;
  port: number;
}

/** All copies there are; asked anew each time, because copies come and go. */
export type Resolve = () => Promise<Target[]>;

/** One copy for each address that the name has. */
export const byName =
  ({ host, port }: Target): Resolve =>
  async () => {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => ({ host: address, port })).sort((a, b) => a.host.localeCompare(b.host));
  };

/**
 * Connects to the copies in turn, and to the next one where a copy does not accept: nothing was sent yet, so nothing
 * happens twice. The promise is `undefined` when none accepts.
 */
export function roundRobin(resolve: Resolve): () => Promise<Socket | undefined> {
  let turn = 0;
  return async () => {
    const copies = await resolve().catch(() => []);
    const first = turn++ % (copies.length || 1);
    for (const copy of [...copies.slice(first), ...copies.slice(0, first)]) {
      const socket = await connected(copy);
      if (socket) return socket;
    }
    return undefined;
  };
}

function connected({ host, port }: Target): Promise<Socket | undefined> {
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
