/** Access control: a request needs a user's password, a bearer token, or the cookie of a session. */
import basicAuth from '@fastify/basic-auth';
import bearerAuth from '@fastify/bearer-auth';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../errors';
import type { Credentials } from './credentials';
import type { Sessions } from './sessions';

const REALM = 'PM2 metrics';

export interface Protection {
  readonly credentials: Credentials;
  readonly sessions: Pick<Sessions, 'isValid'>;
  /** Which requests need no credentials. */
  readonly isOpen: (request: FastifyRequest) => boolean;
}

/** @returns makes a check of a request that was let in just now: whether it would still be let in later */
export async function protect(
  app: FastifyInstance,
  { credentials, sessions, isOpen }: Protection,
): Promise<(request: FastifyRequest) => () => boolean> {
  if (!isProtected(credentials)) return () => () => true;
  const challenges = [
    ...(credentials.basic ? [`Basic realm="${REALM}", charset="UTF-8"`] : []),
    ...(credentials.bearer ? [`Bearer realm="${REALM}"`] : []),
  ];

  await app.register(basicAuth, {
    // The hook below sends the challenges, for both ways.
    authenticate: false,
    // eslint-disable-next-line @typescript-eslint/require-await -- the plugin's other form answers by a callback
    async validate(user, password) {
      return credentials.isUser(user, password) ? undefined : new Error('The user or the password is wrong.');
    },
  });
  await app.register(bearerAuth, {
    keys: [],
    auth: (token) => credentials.isToken(token),
    specCompliance: 'rfc6749',
    addHook: false,
    verifyErrorLogLevel: 'debug',
  });

  app.addHook('onRequest', (request, reply, done) => {
    const answer = (error?: Error): void => {
      if (error === undefined) {
        done();
        return;
      }
      if (!isOfPage(request)) void reply.header('www-authenticate', challenges);
      done(new HttpError(401, `This needs ${needed(credentials)}.`));
    };
    const byToken = /^bearer /i.test(request.headers.authorization ?? '');
    if (isOpen(request) || sessions.isValid(request.raw)) done();
    else if (byToken && credentials.bearer) app.verifyBearerAuth?.(request, reply, answer);
    else if (!byToken && credentials.basic) app.basicAuth.call(app, request, reply, answer);
    else answer(new Error('The request has no credentials of a configured kind.'));
  });
  return ({ headers, raw }) => {
    const { version } = credentials;
    return () => sessions.isValid(raw) || (headers.authorization !== undefined && credentials.version === version);
  };
}

export function isProtected({ basic, bearer }: Credentials): boolean {
  return basic || bearer;
}

/** Whether the page asks, which has a login form: a challenge would make the browser show a dialog of its own. */
export function isOfPage({ headers }: FastifyRequest): boolean {
  return headers['x-requested-with'] !== undefined || (headers.accept ?? '').startsWith('text/event-stream');
}

function needed({ basic, bearer }: Credentials): string {
  if (basic && bearer) return 'a user with a password, or a bearer token';
  return basic ? 'a user with a password' : 'a bearer token';
}
