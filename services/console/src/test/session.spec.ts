import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { topology } from '@waybill/contracts';
import { freePort } from '@waybill/testing';
import { type Console, startConsole } from './console.fixture.js';

const OPERATOR = { token: 'let-me-in' };
const READER = { token: 'just-looking' };
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' };

let console: Console;
/** A process that the console forwards to, and what it was asked. */
let process: Server;
const asked: IncomingMessage[] = [];

beforeAll(async () => {
  process = createServer((request, response) => {
    asked.push(request);
    if (request.url === '/busy') return void response.writeHead(503, { 'retry-after': '1' }).end();
    response.setHeader('content-type', 'text/event-stream').write('data: 1\n\n');
    response.end();
  }).listen(0, '127.0.0.1');
  await once(process, 'listening');
  const { port } = process.address() as AddressInfo;
  const ownPort = await freePort();
  console = await startConsole({
    config: {
      READER_TOKEN: READER.token,
      PROCESS_URLS: new Map([
        ['parcels', `http://127.0.0.1:${port}`],
        ['away', 'http://127.0.0.1:9'],
        ['console', `http://127.0.0.1:${ownPort}`],
      ]),
    },
  });
  await console.app.listen(ownPort, '127.0.0.1');
});
afterAll(async () => {
  await console.stop();
  process.close();
});

const send = (method: string, url: string, headers: Record<string, string> = {}, payload?: object) =>
  console.app.inject({ method, url, headers: { host: 'console.test', ...headers }, ...(payload && { payload }) });

const cookieOf = (response: { headers: Record<string, unknown> }) =>
  String(response.headers['set-cookie']).split(';')[0]!;

/** Signs in and gives the headers with which the page then asks. */
async function signedIn(credentials: object): Promise<{ cookie: string; 'sec-fetch-site': string }> {
  const response = await send('POST', '/session', OWN_PAGE, credentials);
  expect(response.statusCode).toBe(201);
  return { cookie: cookieOf(response), ...OWN_PAGE };
}

describe('signing in', () => {
  it('gives a cookie that scripts cannot read and other sites cannot use', async () => {
    const response = await send('POST', '/session', OWN_PAGE, OPERATOR);
    expect(response.json()).toEqual({ role: 'operator', expiresAt: expect.any(String) });
    expect(response.headers['set-cookie']).toMatch(/; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/);
    expect(response.headers['set-cookie']).not.toContain(OPERATOR.token);
  });

  it('says who is signed in', async () => {
    expect((await send('GET', '/session')).json()).toEqual({ role: null, expiresAt: null });
    const { cookie } = await signedIn(READER);
    expect((await send('GET', '/session', { cookie })).json()).toMatchObject({ role: 'reader' });
  });

  it('ends with signing out, also for who kept the cookie', async () => {
    const headers = await signedIn(OPERATOR);
    const response = await send('DELETE', '/session', headers);
    expect(response.statusCode).toBe(204);
    expect(response.headers['set-cookie']).toContain('Expires=Thu, 01 Jan 1970');
    expect((await send('GET', '/dead-letters', headers)).statusCode).toBe(401);
  });

  it('ends with streams that are open', async () => {
    const { cookie, ...headers } = await signedIn(READER);
    const open = { method: 'GET', url: '/overview/events', headers: { cookie }, payloadAsStream: true } as const;
    const response = await console.app.inject(open);
    expect(response.statusCode).toBe(200);
    const rest = text(response.stream());
    await send('DELETE', '/session', { cookie, ...headers });
    expect(await rest).toMatch(/^(event: (overview|heartbeat)\ndata: .*\n\n)*$/);
  });

  it.each([
    ['a wrong token', { token: 'nope' }, 401],
    ['an unknown code', { code: 'nope' }, 401],
    ['both', { token: 'a', code: 'b' }, 400],
    ['nothing', {}, 400],
  ])('is refused with %s', async (_, credentials, status) => {
    const response = await send('POST', '/session', OWN_PAGE, credentials);
    expect(response.statusCode).toBe(status);
    expect(response.headers['set-cookie']).toBeUndefined();
  });

  it('is refused to the page of another origin', async () => {
    expect((await send('POST', '/session', { origin: 'http://127.0.0.1:3000' }, OPERATOR)).statusCode).toBe(403);
  });
});

describe('a one-time link', () => {
  const newLink = async (role?: string) => {
    const authorization = `Bearer ${OPERATOR.token}`;
    const response = await send('POST', '/session/links', { authorization }, role ? { role } : {});
    expect(response.statusCode).toBe(201);
    return new URL(response.json().url);
  };
  const codeOf = ({ hash }: URL) => new URLSearchParams(hash.split('?')[1]).get('code')!;

  it('has its code where browsers send it to no server', async () => {
    const link = await newLink();
    expect(link.origin).toBe('http://console.test');
    expect(link.pathname + link.search).toBe('/');
  });

  it('signs in once, in its role', async () => {
    const code = codeOf(await newLink('reader'));
    const headers = await signedIn({ code });
    expect((await send('GET', '/session', headers)).json()).toMatchObject({ role: 'reader' });
    expect((await send('POST', '/session', OWN_PAGE, { code })).statusCode).toBe(401);
  });

  it('is made for operators only', async () => {
    expect((await send('POST', '/session/links', await signedIn(READER), {})).statusCode).toBe(403);
    expect((await send('POST', '/session/links', {}, {})).statusCode).toBe(401);
  });
});

describe('a reader', () => {
  it('may look at everything and change nothing, by cookie and by token', async () => {
    for (const headers of [await signedIn(READER), { authorization: `Bearer ${READER.token}` }]) {
      expect((await send('GET', '/dead-letters', headers)).statusCode).toBe(200);
      expect((await send('POST', '/dead-letters/resubmit', headers, {})).statusCode).toBe(403);
      expect((await send('POST', '/api/parcels/parcels', headers, {})).statusCode).toBe(403);
    }
  });
});

describe('a cookie', () => {
  it.each<[string, Record<string, string>]>([
    ['the page of another port of the same host', { 'sec-fetch-site': 'same-site' }],
    ['another site, by a browser that does not say which', { origin: 'https://elsewhere.test' }],
    ['whoever says nothing', {}],
  ])('changes nothing in the name of %s', async (_, sender) => {
    const { cookie } = await signedIn(OPERATOR);
    const response = await send('POST', '/dead-letters/resubmit', { cookie, ...sender }, {});
    expect(response.statusCode).toBe(403);
  });

  it('is worth nothing when it was made up or changed', async () => {
    const { cookie } = await signedIn(READER);
    const [name, sealed] = cookie.split('=') as [string, string];
    const [content, seal] = sealed.split('.') as [string, string];
    const asOperator = Buffer.from(content, 'base64url').toString().replace('reader', 'operator');
    for (const forged of [`${Buffer.from(asOperator).toString('base64url')}.${seal}`, content, '', 'x.y', '%00.%FF'])
      expect((await send('GET', '/dead-letters', { cookie: `${name}=${forged}` })).statusCode).toBe(401);
  });
});

describe('APIs of other processes', () => {
  it('are asked as the operator, without the cookie, and what they say streams back', async () => {
    const response = await send('GET', '/api/parcels/parcels?limit=1', await signedIn(READER));
    expect(response.body).toBe('data: 1\n\n');
    const { url, headers } = asked.at(-1)!;
    expect(url).toBe('/parcels?limit=1');
    expect(headers).toMatchObject({ authorization: `Bearer ${OPERATOR.token}` });
    expect(headers.cookie).toBeUndefined();
  });

  it('do not lift a reader to an operator: the console itself, asked through itself, knows who asks', async () => {
    const reader = await signedIn(READER);
    const messages = `/topics/${topology.topics[0]!.name}/messages?reveal=true`;
    for (const path of [messages, `/api/console${messages}`, `/api/console/api/console${messages}`])
      expect([path, (await send('GET', path, reader)).statusCode]).toEqual([path, 403]);
    const byToken = { authorization: `Bearer ${READER.token}` };
    expect((await send('GET', `/api/console${messages}`, byToken)).statusCode).toBe(403);
    expect((await send('GET', '/api/console/session', reader)).json()).toMatchObject({ role: 'reader' });
  });

  it('whose 503 they get once: whoever asks decides when to ask again', async () => {
    const before = asked.length;
    expect((await send('GET', '/api/parcels/busy', await signedIn(READER))).statusCode).toBe(503);
    expect(asked).toHaveLength(before + 1);
  });

  it('are asked for nobody who is not signed in', async () => {
    const before = asked.length;
    expect((await send('GET', '/api/parcels/parcels')).statusCode).toBe(401);
    expect(asked).toHaveLength(before);
  });

  it('that do not respond are a 503 that names them', async () => {
    const response = await send('GET', '/api/away/x', { authorization: `Bearer ${OPERATOR.token}` });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ detail: expect.stringContaining('away does not respond') });
  });
});

describe('the page', () => {
  it('allows only scripts and styles of its own, the styles in elements by a new nonce each time', async () => {
    const [one, other] = [await send('GET', '/'), await send('GET', '/')];
    const policy = String(one.headers['content-security-policy']);
    const [, nonce] = /'nonce-([^']+)'/.exec(policy)!;
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(one.body).toContain(`nonce="${nonce}"`);
    expect(one.body).not.toMatch(/__NONCE__|<script[^>]*>[^<]/);
    expect(other.headers['content-security-policy']).not.toBe(policy);
  });
});
