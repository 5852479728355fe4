import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { coalescingSocket } from './coalescing-socket.js';

let server: Server;
beforeAll(async () => {
  server = createServer((peer) => peer.pipe(peer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

it('sends all statements written in one tick together, at its end', async () => {
  const socket = coalescingSocket();
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  for (const statement of ['BEGIN', 'SELECT', 'COMMIT']) {
    socket.cork();
    socket.write(statement);
    socket.uncork();
  }
  expect(socket.writableLength).toBe('BEGINSELECTCOMMIT'.length);

  let echoed = '';
  for await (const chunk of socket) {
    echoed += chunk;
    if (echoed.endsWith('COMMIT')) break;
  }
  expect(echoed).toBe('BEGINSELECTCOMMIT');
});
