import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KnownRoutes } from './known-routes.js';
import type { OperatorCheck } from './operator.js';
import { Problem } from './problem.js';

/** What is decided by the request's head alone, before its body is read. Throws Problem. */
export function checkRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  { routes, operator }: { routes: KnownRoutes; operator: OperatorCheck },
): void {
  const { url, headers, raw } = request;
  if (isMalformed(url)) throw new Problem('malformed-request', { detail: 'the URL is not percent-encoded UTF-8' });
  if (headers.host === undefined && raw.httpVersion === '1.1')
    throw new Problem('malformed-request', { detail: 'the header Host is missing' });
  const path = url.split('?', 1)[0]!;
  if (request.is404 || routes.hides(path, request.method)) {
    const allow = routes.methodsOf(path);
    if (allow.length && !allow.includes(request.method))
      throw new Problem('method-not-allowed', { detail: `${path} has no ${request.method}`, allow });
    throw new Problem('not-found', { detail: `there is no ${path}` });
  }
  if ((request.routeOptions.config as { operatorOnly?: boolean }).operatorOnly) operator.check(request);

  const encoding = headers['content-encoding'];
  if (encoding && encoding.toLowerCase() !== 'identity') {
    void reply.header('accept-encoding', 'identity');
    throw new Problem('unsupported-media-type', { detail: `Content-Encoding ${encoding} is not supported` });
  }
}

/** PostgreSQL stores no NUL. */
function isMalformed(url: string): boolean {
  try {
    return decodeURIComponent(url).includes('\0');
  } catch {
    return true;
  }
}
