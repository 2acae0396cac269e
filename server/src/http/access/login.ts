/** Logging in and out, for the page in a browser. */
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../errors';
import { isOfPage } from './auth';
import { Attempts } from './attempts';
import type { Credentials } from './credentials';
import { checkOrigin } from './same-origin';
import type { Sessions } from './sessions';

/** Bytes of the form. */
const MAX_FORM = 4096;
const RETRY_S = 5;

export interface LoginContext {
  readonly credentials: Credentials;
  readonly sessions: Sessions;
}

export function addLogin(app: FastifyInstance, { credentials, sessions }: LoginContext): void {
  const attempts = new Attempts();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MAX_FORM },
    (_request, body, done) => done(null, new URLSearchParams(body.toString())),
  );

  app.post('/login', { config: { maxBody: MAX_FORM, isOpen: true } }, async (request, reply) => {
    checkOrigin(request);
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const isRight = await attempts.make(request.ip, () => isKnown(form, credentials));
    if (isRight === undefined) {
      void reply.header('retry-after', RETRY_S);
      throw new HttpError(429, `Too many attempts to log in: try again in ${RETRY_S} seconds.`);
    }
    if (!isRight) throw new HttpError(401, 'The user, the password or the token is wrong.');
    void reply.header('set-cookie', sessions.begin(request.raw));
    return isOfPage(request) ? reply.code(204).send() : reply.redirect('./', 303);
  });

  app.post('/logout', { config: { maxBody: MAX_FORM, isOpen: true } }, async (request, reply) => {
    checkOrigin(request);
    void reply.header('set-cookie', sessions.end(request.raw));
    return isOfPage(request) ? reply.code(204).send() : reply.redirect('./', 303);
  });
}

/** Always checks both ways: the duration must not reveal which of them are configured. */
function isKnown(form: URLSearchParams, credentials: Credentials): boolean {
  const of = (name: string): string => form.get(name) ?? '';
  const isUser = credentials.isUser(of('user'), of('password'));
  const isToken = credentials.isToken(of('token'));
  return (isUser && credentials.basic) || (isToken && credentials.bearer);
}
