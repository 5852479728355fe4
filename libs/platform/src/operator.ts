import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares secrets in constant time. */
export const isSameSecret = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

/** What a request's head says about who sends it. */
export interface RequestHead {
  method: string;
  headers: IncomingHttpHeaders;
}

/** Decides who may use `@OperatorOnly()` routes. */
export abstract class OperatorCheck {
  /** Throws a Problem: 401 when it is unknown who asks, 403 when this is not theirs to do. */
  abstract check(request: RequestHead): void;
}

/** The token in `Authorization: Bearer <token>`; undefined when there is none. */
export const bearerToken = ({ authorization = '' }: IncomingHttpHeaders): string | undefined =>
  /^bearer +(.+)$/i.exec(authorization)?.[1];

/** Lets in whoever has the token. Without a token nobody has. */
export class OperatorToken extends OperatorCheck {
  constructor(private readonly token: string | undefined) {
    super();
  }

  check({ headers }: RequestHead): void {
    if (!this.token || !isSameSecret(bearerToken(headers) ?? '', this.token)) throw new Problem('unauthorized');
  }
}
