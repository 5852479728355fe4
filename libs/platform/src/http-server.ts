import { type IncomingMessage, type OutgoingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, type ProblemName } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** By the code of Node's error; any other is a malformed request. */
const NAME_OF_CODE: Record<string, ProblemName> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too-large',
};

const HEADERS = { ...SECURITY_HEADERS, 'content-type': 'application/problem+json', connection: 'close' };

/** Replaces what Node itself would do with odd requests. */
export function prepareServer(server: Server & { httpAllowHalfOpen?: boolean }): void {
  // A client may close its side after its request and still read the response. By default Node aborts the request.
  server.httpAllowHalfOpen = true;
  server.on('checkExpectation', ({ url }: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem('expectation-failed');
    const body = JSON.stringify(problem.toJSON({ instance: url }));
    response.writeHead(problem.status, { ...HEADERS, 'content-length': Buffer.byteLength(body) }).end(body);
  });
}

/**
 * Returns a function that closes the connections on which nothing was sent yet. Node takes them for active ones, and they
 * would keep a stopping process alive.
 */
export function unusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  return () => {
    for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
  };
}

/** Responds to what Node rejects before there is a request, such as a broken chunk or two Content-Lengths. */
export function respondToClientError(error: Error & { code?: string }, socket: Socket): void {
  // Node's own property: the response in progress. Text of ours in its middle would corrupt it.
  const { _httpMessage: response } = socket as Socket & { _httpMessage?: OutgoingMessage };
  if (error.code === 'ECONNRESET' || !socket.writable || response?.headersSent) {
    socket.destroy();
    return;
  }
  const problem = new Problem(NAME_OF_CODE[error.code ?? ''] ?? 'malformed-request');
  const body = JSON.stringify(problem);
  const headers = { ...HEADERS, 'content-length': Buffer.byteLength(body) };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${head.join('')}\r\n${body}`);
  socket.destroySoon();
}
