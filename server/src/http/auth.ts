/** Access control: a request needs a user's password or a bearer token. If both are configured, either is enough. */
import basicAuth from '@fastify/basic-auth';
import bearerAuth from '@fastify/bearer-auth';
import type { FastifyInstance } from 'fastify';
import type { Credentials } from './credentials';
import { HttpError } from './errors';

const REALM = 'PM2 metrics';

/** @param open URLs of routes that need no credentials */
export async function protect(app: FastifyInstance, credentials: Credentials, open: readonly string[]): Promise<void> {
  if (!credentials.basic && !credentials.bearer) return;
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
      void reply.header('www-authenticate', challenges);
      done(new HttpError(401, `This needs ${needed(credentials)}.`));
    };
    const byToken = /^bearer /i.test(request.headers.authorization ?? '');
    if (open.includes(request.routeOptions.url ?? '')) done();
    else if (byToken && credentials.bearer) app.verifyBearerAuth?.(request, reply, answer);
    else if (!byToken && credentials.basic) app.basicAuth.call(app, request, reply, answer);
    else answer(new Error('The request has no credentials of a configured kind.'));
  });
}

function needed({ basic, bearer }: Credentials): string {
  if (basic && bearer) return 'a user with a password, or a bearer token';
  return basic ? 'a user with a password' : 'a bearer token';
}
