import { FakeHttpServer, jsonResponse } from '@waybill/testing';
import { ConsumerSwitch } from './consumer-switch.js';

const servers: FakeHttpServer[] = [];
const copy = async (status: number, body: object) => {
  const server = await FakeHttpServer.start({ 'POST /consumers/email.send/pause': jsonResponse(status, body) });
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

const switchOf = (...urls: string[]) => new ConsumerSwitch(new Map([['email', { list: async () => urls }]]), 'token');
const paused = { items: [{ name: 'email.send', state: 'pausing' }] };

describe('pausing a consumer', () => {
  it('pauses it in all copies of the process', async () => {
    const copies = [await copy(200, paused), await copy(200, paused)];
    expect(await switchOf(...copies.map(({ url }) => url)).turn('email', 'email.send', 'pause')).toEqual(
      copies.map(({ url }) => ({ url, name: 'email.send', state: 'pausing' })),
    );
  });

  it('says which copy did not do it; the others have', async () => {
    const [done, failing] = [await copy(200, paused), await copy(500, {})];
    const all = switchOf('http://127.0.0.1:1', failing.url, done.url);
    const failure = await all.turn('email', 'email.send', 'pause').catch((error) => error);
    expect(failure).toMatchObject({ status: 503, message: expect.stringContaining('http://127.0.0.1:1 does') });
    expect(failure.message).toContain(`${failing.url} does not respond: status 500`);
    expect(failure.message).not.toContain(done.url);
    expect(done.requests).toHaveLength(1);
  });

  it('of a process or consumer that is unknown is a 404', async () => {
    const { url } = await copy(404, {});
    await expect(switchOf(url).turn('email', 'email.send', 'pause')).rejects.toMatchObject({ status: 404 });
    await expect(switchOf(url).turn('mail', 'email.send', 'pause')).rejects.toMatchObject({ status: 404 });
  });
});
