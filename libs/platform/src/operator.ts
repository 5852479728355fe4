import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Requires `Authorization: Bearer <token>`; otherwise a 401. */
export function requireOperator(authorization: string | undefined, token: string): void {
  const given = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digest(given), digest(token))) throw new Problem('unauthorized');
}
