import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Built by Vite from services/console/web. */
const WEB = join(import.meta.dirname, '..', 'web');
/** In the built page, wherever a nonce belongs. */
const NONCE = /__NONCE__/g;

/** No inline script, and only styles with the nonce of this very response (CSP level 3). */
const policyWith = (nonce: string) =>
  [
    "default-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Serves the page at `/` and what it is made of at `/assets/`. Its places are fragments of the URL, so there is no other path. */
export function servePage(app: NestFastifyApplication): void {
  const index = join(WEB, 'index.html');
  if (!existsSync(index)) throw new Error(`${index} is not built: npm run build`);
  const page = readFileSync(index, 'utf8');
  const fastify = app.getHttpAdapter().getInstance();
  void fastify.register(fastifyStatic, {
    root: join(WEB, 'assets'),
    prefix: '/assets/',
    wildcard: false,
    decorateReply: false,
    preCompressed: true,
    // A name holds the hash of the content.
    maxAge: '365d',
    immutable: true,
  });
  app.getHttpAdapter().get('/', (_request: FastifyRequest, reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'content-security-policy': policyWith(nonce), 'cache-control': 'no-store' })
      .send(page.replace(NONCE, nonce));
  });
}
