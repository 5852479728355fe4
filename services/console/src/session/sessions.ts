import { createHmac, randomBytes } from 'node:crypto';
import { isSameSecret } from '@waybill/platform';

/** An operator may do everything, a reader may look at everything. */
export type Role = 'operator' | 'reader';

export interface Session {
  id: string;
  role: Role;
  /** RFC 3339. */
  expiresAt: string;
}

export interface SessionOptions {
  operatorToken: string;
  /** Default: nobody is only a reader. */
  readerToken?: string | undefined;
  /** How long one signs in for, in ms. Default 12 hours. */
  lifetime?: number;
  /** How long a one-time link works, in ms. Default 10 minutes. */
  linkLifetime?: number;
  now?: () => number;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

/**
 * Sessions of the page. What a browser keeps is signed with a key made of the role's token, so that it survives a restart of the
 * console, and a new token ends all sessions. Who has signed out is remembered until the session would have expired, or
 * until the console is started again.
 */
export class Sessions {
  private readonly tokens: ReadonlyMap<Role, string>;
  private readonly lifetime: number;
  private readonly linkLifetime: number;
  private readonly now: () => number;
  /** When each expires, by id. */
  private readonly signedOut = new Map<string, number>();
  private readonly links = new Map<string, { role: Role; expires: number }>();

  constructor({ operatorToken, readerToken, lifetime = 12 * HOUR, linkLifetime = 10 * MINUTE, now }: SessionOptions) {
    this.tokens = new Map<Role, string>([
      ['operator', operatorToken],
      ...(readerToken ? [['reader', readerToken] as const] : []),
    ]);
    this.lifetime = lifetime;
    this.linkLifetime = linkLifetime;
    this.now = now ?? Date.now;
  }

  /** Whose token it is; undefined when it is nobody's. */
  roleOf(token: string): Role | undefined {
    return [...this.tokens].find(([, known]) => isSameSecret(token, known))?.[0];
  }

  /** A new session, and what the browser keeps of it. */
  open(role: Role): { session: Session; sealed: string } {
    const session = {
      id: randomBytes(16).toString('base64url'),
      role,
      expiresAt: new Date(this.now() + this.lifetime).toISOString(),
    };
    return { session, sealed: this.seal(session) };
  }

  /** The session that was sealed; undefined when it is forged, expired or signed out. */
  read(sealed: string): Session | undefined {
    const session = parse(sealed);
    if (!session || !this.tokens.has(session.role) || !isSameSecret(sealed, this.seal(session))) return undefined;
    const isOver = Date.parse(session.expiresAt) <= this.now() || this.signedOut.has(session.id);
    return isOver ? undefined : session;
  }

  close({ id, expiresAt }: Session): void {
    forgetExpired(this.signedOut, this.now(), (expires) => expires);
    this.signedOut.set(id, Date.parse(expiresAt));
  }

  /** A code that opens one session within the lifetime of a link. */
  newLink(role: Role): { code: string; expiresAt: string } {
    forgetExpired(this.links, this.now(), ({ expires }) => expires);
    const code = randomBytes(24).toString('base64url');
    const expires = this.now() + this.linkLifetime;
    this.links.set(code, { role, expires });
    return { code, expiresAt: new Date(expires).toISOString() };
  }

  /** Whose link it was; undefined when it is unknown, used or expired. */
  useLink(code: string): Role | undefined {
    const link = this.links.get(code);
    this.links.delete(code);
    return link && link.expires > this.now() ? link.role : undefined;
  }

  private seal({ id, role, expiresAt }: Session): string {
    const content = Buffer.from(JSON.stringify([id, role, expiresAt])).toString('base64url');
    const key = createHmac('sha256', this.tokens.get(role)!).update('session of the console').digest();
    return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
  }
}

/** Nothing is known of it before its seal is compared. */
function parse(sealed: string): Session | undefined {
  try {
    const [id, role, expiresAt] = JSON.parse(Buffer.from(sealed.split('.')[0]!, 'base64url').toString());
    return { id, role, expiresAt };
  } catch {
    return undefined;
  }
}

function forgetExpired<T>(known: Map<string, T>, now: number, expiresOf: (value: T) => number): void {
  for (const [key, value] of known) if (expiresOf(value) <= now) known.delete(key);
}
