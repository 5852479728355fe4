import { type AddressInfo, createServer } from 'node:net';
import { DEFAULT_PORTS } from '@waybill/system';
import { requireFree } from './ports.js';

describe('a port that another program listens on', () => {
  it('is named with the setting that moves it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ports = { ...DEFAULT_PORTS, ORDER_API_PORT: port };

    await expect(requireFree(ports, ['ORDER_API_PORT'])).rejects.toThrow(`${port} (ORDER_API_PORT)`);
    await new Promise((resolve) => server.close(resolve));
    await expect(requireFree(ports, ['ORDER_API_PORT'])).resolves.toBeUndefined();
  });
});
