import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OPERATOR, type RawResponse, sendRaw, startThings } from './http-app.fixture.js';

let app: NestFastifyApplication;
let port: number;
beforeAll(async () => {
  ({ app, port } = await startThings());
});
afterAll(() => app.close());

const SECURITY_HEADERS = ['content-security-policy', 'x-content-type-options', 'x-frame-options'];

function expectProblem({ status, headers, body }: RawResponse, expected: number): void {
  expect({ status, type: headers['content-type'], body: JSON.parse(body) }).toMatchObject({
    status: expected,
    type: expect.stringMatching(/^application\/problem\+json/),
    body: { type: expect.stringContaining('urn:waybill:problem:'), title: expect.any(String), status: expected },
  });
  expect(Object.keys(headers)).toEqual(expect.arrayContaining(SECURITY_HEADERS));
}

const request = (line: string, headers: Record<string, string> = {}, body = '') =>
  [
    `${line} HTTP/1.1`,
    ...Object.entries({ host: 'test', connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');

const json = (body: string) => ({
  'content-type': 'application/json',
  'content-length': String(Buffer.byteLength(body)),
});
const post = (body: string, headers: Record<string, string> = {}) =>
  request('POST /things', { ...json(body), ...headers }, body);

const nested = `{"name": "a", "more": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
const operator = { authorization: `Bearer ${OPERATOR}` };

describe('every error is a problem with security headers', () => {
  it.each<[string, number, string]>([
    ['a broken chunk', 400, `${request('POST /things', { 'transfer-encoding': 'chunked' })}zz\r\n`],
    ['two Content-Lengths', 400, request('POST /things', { 'content-length': '1', 'Content-Length': '2' }, '{}')],
    [
      'Content-Length and chunks',
      400,
      request('POST /things', { 'content-length': '1', 'transfer-encoding': 'chunked' }),
    ],
    ['a method that HTTP does not know', 400, request('SHOUT /things')],
    ['no Host', 400, 'GET /things HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['something that is no HTTP', 400, 'hello\r\n\r\n'],
    ['headers of 20,000 bytes', 431, request('GET /things', { 'x-large': 'a'.repeat(20_000) })],
    ['an expectation', 417, request('GET /things', { expect: 'a miracle' })],
    ['a NUL in the path', 400, request('GET /things/a%00b')],
    ['a NUL in the query', 400, request('GET /things?name=%00')],
    ['an unfinished escape in the path', 400, request('GET /things/%E0%A4%A')],
    ['an unfinished escape in the query', 400, request('GET /things?name=%zz')],
    ['bytes that are no UTF-8 in the query', 400, request('GET /things?name=%ff')],
    ['an empty number', 400, request('GET /things?limit=')],
    ['a number that is no JSON', 400, request('GET /things?limit=0x1')],
    ['a number twice', 400, request('GET /things?limit=1&limit=2')],
    ['a NUL in a text', 400, post(JSON.stringify({ name: 'a\0b' }))],
    ['a NUL in a nested text', 400, post(JSON.stringify({ name: 'a', more: [{ b: 'a\0' }] }))],
    ['a NUL in a property name', 400, post(JSON.stringify({ name: 'a', more: { 'a\0': 1 } }))],
    ['half of a surrogate pair', 400, post('{"name": "\\ud800"}')],
    ['a body nested too deeply', 400, post(nested)],
    ['a body that is not JSON', 400, post('{')],
    ['a body larger than 256 KiB', 413, post(JSON.stringify({ name: 'a'.repeat(300_000) }))],
    ['a path that does not exist', 404, request('GET /nowhere')],
    ['the asterisk', 404, request('OPTIONS *')],
    ['a method that the path does not have', 405, request('DELETE /things')],
    ['such a method of a path with a parameter', 405, request('PATCH /things/1')],
    ['such a method with a body', 405, request('PUT /things', json('{'), '{')],
    ['a compressed body', 415, post('{}', { 'content-encoding': 'gzip' })],
    ['plain JSON that says it is compressed', 415, post('{"name": "a"}', { 'content-encoding': 'br' })],
    ['another media type', 415, post('a', { 'content-type': 'text/plain' })],
    ['no media type', 415, request('POST /things', { 'content-length': '1' }, 'a')],
    ['a malformed body without the operator token', 401, request('PUT /things/1', json('{'), '{')],
    ['a compressed body without it', 401, request('PUT /things/1', { ...json('{'), 'content-encoding': 'br' }, '{')],
    ['another token', 401, request('PUT /things/1', { ...json('{}'), authorization: 'Bearer wrong' }, '{}')],
  ])('%s: %i', async (_, status, bytes) => {
    expectProblem(await sendRaw(port, bytes), status);
  });

  it('a request that does not arrive in time: 408', async () => {
    const server = app.getHttpServer();
    const { requestTimeout, headersTimeout } = server;
    Object.assign(server, { requestTimeout: 200, headersTimeout: 200 });
    const begun = { 'content-type': 'application/json', 'content-length': '10' };
    expectProblem(await sendRaw(port, request('POST /things', begun, '{')), 408);
    Object.assign(server, { requestTimeout, headersTimeout });
  });
});

it('names the methods of a path in Allow, and the encoding that it accepts', async () => {
  expect((await sendRaw(port, request('DELETE /things'))).headers.allow).toBe('GET, HEAD, POST');
  expect((await sendRaw(port, request('DELETE /things/1'))).headers.allow).toBe('GET, HEAD, PUT');
  const { headers } = await sendRaw(port, post('{}', { 'content-encoding': 'gzip' }));
  expect(headers['accept-encoding']).toBe('identity');
});

it.each(['Bearer', 'bearer', 'BEARER'])('accepts the scheme %s', async (scheme) => {
  const headers = { ...json('{"name": "a"}'), authorization: `${scheme} ${OPERATOR}` };
  expect((await sendRaw(port, request('PUT /things/1', headers, '{"name": "a"}'))).status).toBe(200);
});

it('reads the body of an operator', async () => {
  expectProblem(await sendRaw(port, request('PUT /things/1', { ...json('{'), ...operator }, '{')), 400);
});

it('accepts identity as an encoding', async () => {
  expect((await sendRaw(port, post('{"name": "a"}', { 'content-encoding': 'identity' }))).status).toBe(201);
});

it('responds to a client that closes its side after its request', async () => {
  const body = '{"name":"a"}';
  const bytes = request('POST /things/later', { ...json(body), connection: 'keep-alive' }, body);
  expect((await sendRaw(port, bytes, { halfClose: true })).body).toBe(body);
});

it('takes an id in capitals for the same id, in a path as in a query', async () => {
  const id = '0190a5c2-0000-7000-8000-00000000abcd';
  for (const path of [`/things/${id.toUpperCase()}`, `/things?id=${id.toUpperCase()}`]) {
    expect(JSON.parse((await sendRaw(port, request(`GET ${path}`))).body)).toEqual({ id });
  }
});

it('has security headers on a success, too', async () => {
  const { status, headers } = await sendRaw(port, request('GET /health/live'));
  expect(status).toBe(200);
  expect(Object.keys(headers)).toEqual(expect.arrayContaining(SECURITY_HEADERS));
});
