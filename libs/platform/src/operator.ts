import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Authorizes operators: `Authorization: Bearer <token>`. Without a token nobody is one. */
export class OperatorToken {
  constructor(private readonly token: string | undefined) {}

  /** Throws a 401 unless the header has the token. */
  check(authorization: string | undefined): void {
    const given = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
    if (!this.token || !timingSafeEqual(digest(given), digest(this.token))) throw new Problem('unauthorized');
  }
}
