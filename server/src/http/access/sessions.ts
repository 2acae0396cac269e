/** Logins by the form: the requests of the page carry a cookie in place of a password or a token. */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Credentials } from './credentials';

const SESSION_MS = 12 * 60 * 60_000;
/** The oldest one ends for the next. */
const MAX_SESSIONS = 100;

export interface SessionOptions {
  readonly credentials: Pick<Credentials, 'version'>;
  /** Distinguishes the servers of a host: browsers send cookies to all of its ports. */
  readonly port: number;
  readonly tls: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

interface Session {
  readonly endsAt: number;
  /** Of the credentials. */
  readonly version: number;
}

export class Sessions {
  /** By digest, in the order in which they began: what is compared in the map reveals nothing about the secret. */
  private readonly sessions = new Map<string, Session>();
  private readonly cookie: string;
  private readonly now: () => number;

  constructor(private readonly options: SessionOptions) {
    this.cookie = `pm2-metrics-${options.port}`;
    this.now = options.now ?? ((): number => performance.now());
  }

  /** @returns the header that has the browser keep the session */
  begin(request: IncomingMessage): string {
    const secret = randomBytes(32).toString('base64url');
    for (const key of this.sessions.keys()) if (this.sessions.size >= MAX_SESSIONS) this.sessions.delete(key);
    this.sessions.set(digest(secret), {
      endsAt: this.now() + SESSION_MS,
      version: this.options.credentials.version,
    });
    return this.header(request, secret, SESSION_MS / 1000);
  }

  isValid(request: IncomingMessage): boolean {
    return this.keysOf(request).some((key) => {
      const session = this.sessions.get(key);
      if (session === undefined) return false;
      if (session.version === this.options.credentials.version && this.now() < session.endsAt) return true;
      this.sessions.delete(key);
      return false;
    });
  }

  /** @returns the header that has the browser forget the session */
  end(request: IncomingMessage): string {
    for (const key of this.keysOf(request)) this.sessions.delete(key);
    return this.header(request, '', 0);
  }

  /**
   * Without `Path`, the browser takes the folder of the URL as it sees it: so the cookie is also sent behind a reverse proxy,
   * under any path.
   */
  private header(request: IncomingMessage, secret: string, seconds: number): string {
    const secure = this.options.tls || request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
    return `${this.cookie}=${secret}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }

  private keysOf({ headers: { cookie = '' } }: IncomingMessage): string[] {
    const prefix = `${this.cookie}=`;
    const own = cookie.split(';').map((pair) => pair.trim());
    return own.filter((pair) => pair.startsWith(prefix)).map((pair) => digest(pair.slice(prefix.length)));
  }
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
