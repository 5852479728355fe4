import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { gatheringSocket } from './gathering-socket.js';

let server: Server;
beforeAll(async () => {
  server = createServer((peer) => peer.pipe(peer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

it('statements that are written in one turn leave when it ends, all of them', async () => {
  const socket = gatheringSocket();
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
