import { Socket } from 'node:net';

/**
 * A socket for pg, which corks it while it writes a statement: uncorked at the end of the turn of the event loop, it sends all
 * statements of that turn with one system call.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
  const uncork = socket.uncork.bind(socket);
  socket.uncork = () => process.nextTick(uncork);
  return socket;
}
