import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A server of TCP in the way to another one, whose connections a test can break. */
export interface TcpProxy {
  /** `host:port` of the proxy. */
  address: string;
  /** Breaks all connections, as a restart of the server does. */
  cut(): void;
  /** From now on connections are refused by being broken at once: the server is away. */
  refuse(): void;
  /** What the server says does not come through any more; what is said to it does. */
  silence(): void;
  /** From now on it is a plain wire again, for connections that are made from now on. */
  restore(): void;
  stop(): Promise<void>;
}

/** A proxy on a free port to `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host, port] = [target.slice(0, target.lastIndexOf(':')), Number(target.slice(target.lastIndexOf(':') + 1))];
  const sockets = new Set<Socket>();
  let refusing = false;
  let silent = false;

  const server = createServer((client) => {
    if (refusing) return client.destroy();
    const upstream = createConnection({ host, port });
    join(client, upstream);
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => silent || client.write(bytes));
    return undefined;
  });

  function join(...pair: [Socket, Socket]): void {
    for (const socket of pair) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {}); // 'close' comes after it
      socket.on('close', () => {
        sockets.delete(socket);
        for (const other of pair) other.destroy();
      });
    }
  }

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${own}`,
    cut,
    refuse() {
      refusing = true;
      cut();
    },
    silence() {
      silent = true;
    },
    restore() {
      refusing = false;
      silent = false;
    },
    async stop() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
