/** Logging in by the page's form: what a browser that has the cookie may see, and what others cannot do. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import test from 'ava';
import { Sessions } from '../../../src/http/access/sessions';
import { optionsOf, run, type Answer, type Running } from '../running-server';

const BOTH = {
  PM2_METRICS_BASIC_AUTH_USER: 'user',
  PM2_METRICS_BASIC_AUTH_PASSWORD: 'pass word',
  PM2_METRICS_BEARER_TOKENS: 'token',
};
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const PAGE = { ...FORM, 'x-requested-with': 'fetch' };

function logIn(
  running: Running,
  form: Record<string, string>,
  headers: Record<string, string> = PAGE,
): Promise<Answer> {
  return running.get('/login', { headers }, new URLSearchParams(form).toString());
}

function cookieOf({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

test('a user or a token logs in, and the cookie opens everything until the logout', async (t) => {
  const running = await run(t, optionsOf(BOTH));
  for (const form of [
    { user: 'user', password: 'pass word', token: '' },
    { user: '', password: '', token: 'token' },
  ]) {
    const answer = await logIn(running, form);
    t.is(answer.status, 204);
    const [header = ''] = answer.headers['set-cookie'] ?? [];
    t.regex(header, /^pm2-metrics-0=[\w-]{43}; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    const cookie = cookieOf(answer);
    const status = async (path: string): Promise<number> => (await running.get(path, { headers: { cookie } })).status;
    t.deepEqual(await Promise.all(['/metrics', '/api/overview', '/sd'].map(status)), [200, 200, 200]);

    const out = await running.get('/logout', { headers: { ...PAGE, cookie } }, '');
    t.is(out.status, 204);
    t.regex(out.headers['set-cookie']?.[0] ?? '', /^pm2-metrics-0=; Max-Age=0; /);
    t.is(await status('/metrics'), 401);
  }
});

test('a browser without script is led back to the page, at whatever path of a proxy', async (t) => {
  const running = await run(t, optionsOf(BOTH));
  const { status, headers } = await logIn(running, { token: 'token' }, FORM);
  t.is(status, 303);
  t.is(headers.location, './');
});

test('what is wrong opens nothing, and without configured credentials nobody can log in', async (t) => {
  for (const [env, forms] of [
    [BOTH, [{ user: 'user' }, { user: 'user', password: 'token' }, { token: 'pass word' }, {}, { token: '' }]],
    [{}, [{ user: 'user', password: '' }, { token: '' }]],
  ] as const) {
    for (const form of forms) {
      const { status, headers, text } = await logIn(await run(t, optionsOf(env)), form);
      t.is(status, 401);
      t.is(headers['set-cookie'], undefined);
      t.is(headers['www-authenticate'], undefined);
      t.is(text, 'The user, the password or the token is wrong.\n');
    }
  }
});

test("the page's own requests get no challenge, with which the browser would ask for a password itself", async (t) => {
  const { get } = await run(t, optionsOf(BOTH));
  const challenge = async (headers: Record<string, string>): Promise<unknown> =>
    (await get('/api/live', { headers })).headers['www-authenticate'];
  t.is(await challenge({ accept: 'text/event-stream' }), undefined);
  t.is(await challenge({ 'x-requested-with': 'fetch' }), undefined);
  t.truthy(await challenge({ accept: '*/*' }));
});

test('a page of another site cannot post', async (t) => {
  const running = await run(t, optionsOf(BOTH));
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await logIn(running, { token: 'token' }, { ...PAGE, host: 'pm2.example', ...headers })).status;
  t.is(await status({}), 204);
  t.is(await status({ origin: 'https://pm2.example' }), 204);
  t.is(await status({ origin: 'https://site.example', 'x-forwarded-host': 'site.example' }), 204);
  t.is(await status({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }), 204);
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://pm2.example', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ] as Record<string, string>[]) {
    t.is(await status(headers), 403, JSON.stringify(headers));
  }
});

test('the form is small, and of no other kind', async (t) => {
  const running = await run(t, optionsOf(BOTH));
  t.is((await logIn(running, { token: 'x'.repeat(5000) })).status, 413);
  const chunked = await running.get('/login', { headers: { ...PAGE, 'transfer-encoding': 'chunked' } }, 'token=token');
  t.is(chunked.status, 413);
  const json = await running.get('/login', { headers: { 'content-type': 'application/json' } }, '{"token":"token"}');
  t.is(json.status, 401);
  const other = await running.get('/login', { headers: { 'content-type': 'text/csv' } }, 'token');
  t.is(other.status, 415);
  t.is(other.text, 'The request is malformed.\n');
});

test('a session ends after its time, for a newer one where there are many, and when the credentials change', (t) => {
  let now = 0;
  const credentials = { version: 1 };
  const sessions = new Sessions({ credentials, port: 15_050, tls: true, now: () => now });
  const request = (headers: Record<string, string>): IncomingMessage => {
    const message = new IncomingMessage(new Socket());
    Object.assign(message.headers, headers);
    return message;
  };
  const begin = (): IncomingMessage => {
    const header = sessions.begin(request({}));
    t.regex(header, /; Secure$/);
    return request({ cookie: `other=1; ${header.split(';')[0] ?? ''}` });
  };
  const first = begin();
  t.true(sessions.isValid(first));
  t.false(sessions.isValid(request({ cookie: 'pm2-metrics-15050=' })));
  t.false(sessions.isValid(request({ cookie: first.headers.cookie?.replaceAll('15050', '15051') ?? '' })));
  now += 13 * 60 * 60_000;
  t.false(sessions.isValid(first));

  const second = begin();
  for (let i = 0; i < 99; i++) begin();
  t.true(sessions.isValid(second));
  const last = begin();
  t.false(sessions.isValid(second));
  t.true(sessions.isValid(last));

  credentials.version++;
  t.false(sessions.isValid(last));
});

test('behind a proxy that ends TLS the cookie is secure', (t) => {
  const sessions = new Sessions({ credentials: { version: 0 }, port: 1, tls: false });
  const header = (headers: Record<string, string>) => {
    const message = new IncomingMessage(new Socket());
    Object.assign(message.headers, headers);
    return sessions.begin(message);
  };
  t.false(header({}).includes('Secure'));
  t.regex(header({ 'x-forwarded-proto': 'https' }), /; Secure$/);
});
