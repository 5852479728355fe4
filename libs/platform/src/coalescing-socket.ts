import { Socket } from 'node:net';

/**
 * A socket for pg, which corks it while it writes a statement. Uncorked only at the end of the current tick, it sends all
 * statements of that tick with one system call.
 */
export function coalescingSocket(): Socket {
  const socket = new Socket();
  const uncork = socket.uncork.bind(socket);
  socket.uncork = () => process.nextTick(uncork);
  return socket;
}
