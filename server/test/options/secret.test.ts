/** Passwords and tokens. */
import { inspect } from 'node:util';
import test from 'ava';
import { pino } from 'pino';
import { good, problems } from './given-options';

test('secrets come from the environment only, and are shown nowhere', (t) => {
  const env = {
    PM2_METRICS_BASIC_AUTH_USER: 'user',
    PM2_METRICS_BASIC_AUTH_PASSWORD: 'hunter2',
    PM2_METRICS_BEARER_TOKENS: 'hunter3,hunter4',
  };
  const options = good(t, { env });
  t.is(options.basicAuthPassword?.reveal(), 'hunter2');
  t.deepEqual(
    options.bearerTokens.map((token) => token.reveal()),
    ['hunter3', 'hunter4'],
  );
  const shown = [
    inspect(options, { depth: 9, showHidden: true }),
    JSON.stringify(options),
    String(options.bearerTokens),
  ];
  const lines: string[] = [];
  pino({}, { write: (line: string) => void lines.push(line) }).info({ options }, 'options');
  for (const text of [...shown, ...lines]) t.false(text.includes('hunter'), text);

  const refused = problems(t, {
    file: { basicAuthPassword: 'hunter2', basicAuthPasswort: 'hunter2' },
    settings: { bearerTokens: 'hunter3' },
    env: {
      PM2_METRICS_BASIC_AUTH_PASSWORD: 'hunter\n2',
      PM2_METRICS_BEARER_TOKENS: 'hunter3,',
      PM2_METRICS_BASIC_AUTH_PASSWORT: 'hunter2',
    },
  });
  t.is(refused.length, 6);
  t.false(refused.join().includes('hunter'));
});
