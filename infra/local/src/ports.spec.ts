import { type AddressInfo, createServer } from 'node:net';
import { requireFree } from './ports.js';
import { DEFAULT_PORTS, type Ports } from './settings.js';

describe('a port that somebody else listens on', () => {
  it('is named with the variable that moves it, before anything starts', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ports: Ports = { ...DEFAULT_PORTS, ORDER_API_PORT: port };

    await expect(requireFree(ports, ['ORDER_API_PORT'])).rejects.toThrow(`${port} (ORDER_API_PORT)`);
    await new Promise((resolve) => server.close(resolve));
    await expect(requireFree(ports, ['ORDER_API_PORT'])).resolves.toBeUndefined();
  });
});
