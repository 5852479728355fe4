import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { Problem, validate } from '@waybill/platform';
import { OperatorOnly } from '@waybill/platform/nest';
import { stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiter } from 'limiter';
import { ConsoleAccess, requireSameOrigin } from './console-access.js';
import { LinkRequest, SignInRequest } from './session.requests.js';

/** Wrong tokens and codes a minute, from all addresses together. */
const WRONG_A_MINUTE = 10;

const LINK_IS_OVER = 'the link was used or has expired; npm run console makes a new one';

/** Signing in to the page and out of it. */
@Controller('session')
export class SessionController {
  private readonly wrong = new RateLimiter({ tokensPerInterval: WRONG_A_MINUTE, interval: 'minute' });

  constructor(private readonly access: ConsoleAccess) {}

  /** Who asks: `role` is null for nobody. */
  @Get()
  show(@Req() request: FastifyRequest) {
    const { access } = this;
    const session = access.sessionOf(request);
    return { role: access.roleOf(request) ?? null, expiresAt: session?.expiresAt ?? null };
  }

  /** 201 with the cookie. */
  @Post()
  signIn(@Req() request: FastifyRequest, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const { sessions } = this.access;
    if (request.headers.origin !== undefined) requireSameOrigin(request);
    const credentials = validate(SignInRequest, body);
    if (this.wrong.getTokensRemaining() < 1)
      throw new Problem('too-busy', { detail: 'too many wrong tokens', retryAfterSeconds: 60 / WRONG_A_MINUTE });
    const role = 'token' in credentials ? sessions.roleOf(credentials.token) : sessions.useLink(credentials.code);
    if (!role) {
      this.wrong.tryRemoveTokens(1);
      throw new Problem('unauthorized', 'code' in credentials ? { detail: LINK_IS_OVER } : {});
    }
    const { session, sealed } = sessions.open(role);
    void reply.header('set-cookie', this.cookie(sealed, new Date(session.expiresAt)));
    return { role, expiresAt: session.expiresAt };
  }

  /** Also for who is not signed in. */
  @Delete()
  @HttpCode(204)
  signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    const { access } = this;
    const session = access.sessionOf(request);
    if (session) {
      requireSameOrigin(request);
      access.sessions.close(session);
    }
    void reply.header('set-cookie', this.cookie('', new Date(0)));
  }

  /** 201 with a link that signs in once. */
  @OperatorOnly()
  @Post('links')
  newLink(@Req() request: FastifyRequest, @Body() body: unknown) {
    const { role } = validate(LinkRequest, body ?? {});
    const { code, expiresAt } = this.access.sessions.newLink(role);
    // In the fragment, which browsers send to no server and which therefore is in no log.
    return { url: `${request.protocol}://${request.host}/#/sign-in?code=${code}`, expiresAt };
  }

  private cookie(value: string, expires: Date): string {
    const name = this.access.cookieName;
    return stringifySetCookie({ name, value, expires, path: '/', httpOnly: true, sameSite: 'strict' });
  }
}
