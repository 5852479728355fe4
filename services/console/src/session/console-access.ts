import { bearerToken, OperatorCheck, Problem, type RequestHead } from '@waybill/platform';
import { parseCookie } from 'cookie';
import type { Role, Sessions } from './sessions.js';

/** Methods that change nothing (RFC 9110). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Lets in by bearer token or by the page's cookie: operators for everything, readers for what changes nothing. */
export class ConsoleAccess extends OperatorCheck {
  constructor(
    readonly sessions: Sessions,
    /** Browsers send a cookie to every port of a host: another console there has another name. */
    readonly cookieName: string,
  ) {
    super();
  }

  check(request: RequestHead): void {
    const role = this.roleOf(request);
    if (!role) throw new Problem('unauthorized');
    if (role === 'reader' && !SAFE.has(request.method)) {
      throw new Problem('forbidden', { detail: 'a reader may change nothing: sign in as an operator' });
    }
  }

  /** Undefined when it is unknown who asks. Throws a 403 when another site asks in the name of whoever is signed in. */
  roleOf(request: RequestHead): Role | undefined {
    const token = bearerToken(request.headers);
    if (token !== undefined) return this.sessions.roleOf(token);
    const session = this.sessionOf(request);
    if (session && !SAFE.has(request.method)) requireSameOrigin(request);
    return session?.role;
  }

  sessionOf({ headers }: RequestHead) {
    const sealed = parseCookie(headers.cookie ?? '')[this.cookieName];
    return sealed === undefined ? undefined : this.sessions.read(sealed);
  }
}

/**
 * Throws a 403 unless the console's own page sent the request. A cookie's SameSite does not tell: pages of other ports of the same host
 * are of the same site.
 */
export function requireSameOrigin({ headers }: RequestHead): void {
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined ? hostOf(headers.origin) === headers.host : site === 'same-origin';
  if (!isOwn) throw new Problem('forbidden', { detail: 'only the page of the console may do this by its cookie' });
}

const hostOf = (origin: string | undefined): string | undefined =>
  origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
