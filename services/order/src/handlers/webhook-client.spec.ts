import { isDependencyUnavailable } from '@waybill/messaging';
import { NonPublicAddress } from '@waybill/platform';
import { FakeHttpServer, hangUp, jsonResponse, until } from '@waybill/testing';
import { NoAnswer, WebhookClient, type WebhookClientOptions } from './webhook-client.js';

const never = new AbortController().signal;
const post = (url: string, options: Partial<WebhookClientOptions> = {}, signal = never) =>
  new WebhookClient({ targets: 'any', timeout: 5_000, ...options }).post(url, { 'webhook-id': '1' }, '{"a":1}', signal);

let receiver: FakeHttpServer;
let port: string;
let body: string;
beforeAll(async () => {
  receiver = await FakeHttpServer.start({
    'POST /ok': (request, response) => {
      body = '';
      request.setEncoding('utf8').on('data', (part) => (body += part));
      request.on('end', () => response.writeHead(204).end());
    },
    'POST /moved': jsonResponse(302, {}, { location: '/ok' }),
    'POST /busy': jsonResponse(503, {}, { 'retry-after': '120' }),
    'POST /endless': (_, response) => {
      response.writeHead(200);
      const flood = () => void (response.writable && response.write('x'.repeat(100_000), flood));
      flood();
    },
    'POST /silent': () => {},
    'POST /gone': hangUp,
  });
  port = new URL(receiver.url).port;
});
beforeEach(() => {
  receiver.requests.length = 0;
});
afterAll(() => receiver.stop());

describe('a call', () => {
  it('sends the body and resolves with the status', async () => {
    expect(await post(`${receiver.url}/ok?secret=1`)).toMatchObject({ status: 204 });
    expect([body, receiver.requests]).toEqual(['{"a":1}', ['POST /ok?secret=1']]);
  });

  it('follows no redirect', async () => {
    expect(await post(`${receiver.url}/moved`)).toMatchObject({ status: 302 });
    expect(receiver.requests).toEqual(['POST /moved']);
  });

  it('resolves with when to call again', async () => {
    expect(await post(`${receiver.url}/busy`)).toEqual({ status: 503, retryAfter: '120' });
  });

  it('does not wait for a body that never ends', async () => {
    expect(await post(`${receiver.url}/endless`)).toMatchObject({ status: 200 });
  });

  it('rejects when there is no answer in time', async () => {
    await expect(post(`${receiver.url}/silent`, { timeout: 100 })).rejects.toThrow('it took too long');
  });

  it('rejects at once when the process stops', async () => {
    const stopping = new AbortController();
    const call = post(`${receiver.url}/silent`, {}, stopping.signal);
    call.catch(() => {});
    await until('the receiver has it', () => receiver.requests.length === 1);
    stopping.abort();
    await expect(call).rejects.toThrow(NoAnswer);
  });

  it.each(['/gone', ':1/'])('that breaks is no outage of ours, which would be waited for: %s', async (path) => {
    const url = path === ':1/' ? 'http://127.0.0.1:1/' : receiver.url + path;
    const error = await post(url).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(NoAnswer);
    expect(isDependencyUnavailable(error)).toBe(false);
    expect(error.message).not.toContain('127.0.0.1');
  });

  it('whose name cannot be resolved may succeed later', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('queryA EREFUSED'), { code: 'EREFUSED' }));
    await expect(post('http://example.com', { targets: 'public', resolve })).rejects.toThrow(NoAnswer);
  });
});

/** Ways to write addresses that only we can reach. */
const HOSTS = [
  ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1', '017700000001'],
  ...['127.0.0.1.', '127%2e0%2e0%2e1', '①②⑦.⓪.⓪.①', '127。0。0。1', '0', '0.0.0.0', '0x0', '127.255.255.254'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'loc\u00adalhost', 'ｌｏｃａｌｈｏｓｔ'],
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]'],
  ...['[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b:1::127.0.0.1]', '[2002:7f00:1::]', '[2001:0::1]'],
  ...['10.0.0.1', '167772161', '172.16.0.1', '192.168.1.1', '192.168.257', '169.254.169.254', '0xa9fea9fe'],
  ...['100.64.0.1', '100.100.100.200', '192.0.0.192', '168.63.129.16', '198.18.0.1', '192.0.2.1', '203.0.113.1'],
  ...['224.0.0.1', '240.0.0.1', '255.255.255.255', '[fc00::1]', '[fd00:ec2::254]', '[fe80::1]', '[ff02::1]'],
];
const ADDRESSES = ['127.0.0.1', '0.0.0.0', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fe80::1%lo'];

describe('a call to the public internet only', () => {
  const isRefused = async (url: string, ...resolved: string[]) => {
    await expect(post(url, { targets: 'public', resolve: async () => resolved })).rejects.toThrow(NonPublicAddress);
    expect(receiver.requests).toEqual([]);
  };

  it('knows many ways to write what it must not reach', () => {
    expect(new Set(HOSTS).size).toBeGreaterThan(50);
  });

  it.each(HOSTS)('does not connect to %s', async (host) => {
    await isRefused(`http://${host}:${port}/ok`, '127.0.0.1');
  });

  it.each(ADDRESSES)('does not connect to a name that now resolves to %s, by HTTP or HTTPS', async (address) => {
    await isRefused(`http://rebinding.example:${port}/ok`, address);
    await isRefused(`https://rebinding.example:${port}/ok`, address);
  });

  it('does not connect when one of several addresses is private', async () => {
    await isRefused(`http://rebinding.example:${port}/ok`, '8.8.8.8', '127.0.0.1');
  });

  it('would connect to all of them without the check', async () => {
    expect(await post(`http://0x7f.1:${port}/ok`)).toMatchObject({ status: 204 });
  });
});
