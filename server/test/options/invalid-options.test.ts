/** Errors of invalid options: place, value and expectation. */
import test from 'ava';
import { readOptions } from '../../src/options/read-options';
import { problems } from './given-options';

test('all errors come at once, each with place, value and expectation', (t) => {
  const found = problems(t, {
    file: { port: '80', timeout: 0, apps: 'shop', prot: 1, gauges: ['*=mean'], threads: null },
    settings: { port: '-1', logLevel: 'loud', theme: 'dark' },
    env: {
      PM2_METRICS_PORT: '',
      PM2_METRICS_MAX_SERIES: '1e3',
      PM2_METRICS_MAX_SERIE: '1',
      PM2_METRICS_AXM_MONITOR: 'yes',
    },
    flags: { port: ['1', 'x'], apps: ['a,,b'], host: ['http://x'], appLabel: ['le'], stateFile: ['a\0b'] },
  });
  t.deepEqual(found, [
    'port in ~/metrics.json is "80", expected a whole number from 0 to 65535',
    'timeout in ~/metrics.json is 0, expected a number from 0.1 to 60',
    'apps in ~/metrics.json is "shop", expected a list of globs',
    'prot in ~/metrics.json is unknown, did you mean port in ~/metrics.json?',
    'gauges in ~/metrics.json is ["*=mean"], expected a list of rules, each glob=sum, avg, min, max or instance',
    'threads in ~/metrics.json is null, expected a whole number from 1 to 64',
    'the module setting metrics:port is "-1", expected a whole number from 0 to 65535',
    'the module setting metrics:logLevel is "loud", expected one of fatal, error, warn, info, debug, trace, silent',
    'the module setting metrics:theme is unknown',
    'the environment variable PM2_METRICS_PORT is "", expected a whole number from 0 to 65535',
    'the environment variable PM2_METRICS_MAX_SERIES is "1e3", expected a whole number from 1 to 100000000',
    'the environment variable PM2_METRICS_MAX_SERIE is unknown, did you mean the environment variable PM2_METRICS_MAX_SERIES?',
    'the environment variable PM2_METRICS_AXM_MONITOR is "yes", expected true or false',
    '--port is "x", expected a whole number from 0 to 65535',
    '--apps is "a,,b", expected a list of globs',
    '--host is "http://x", expected a host name or an address',
    '--app-label is "le", expected a label name of letters, digits and _ that does not begin with a digit, __ or otel_scope_ and is not le or quantile',
    '--state-file is "a\\u0000b", expected the path of a file, or an empty text for none',
  ]);
});

const FILES: readonly [content: string, problem: string][] = [
  ['{"basicAuthPassword": hunter2}', 'The configuration file ~/metrics.json is invalid, expected one JSON object'],
  ['["hunter2"]', 'The configuration file ~/metrics.json is invalid, expected one JSON object'],
  ['', 'The configuration file ~/metrics.json is invalid, expected one JSON object'],
];

for (const [content, problem] of FILES) {
  test(`${content || 'nothing'} is no configuration file`, (t) => {
    t.deepEqual(problems(t, { file: content }), [problem]);
  });
}

test('the error of a missing configuration file names it', (t) => {
  const result = readOptions({ env: { PM2_METRICS_CONFIG: '/none/such.json' }, folder: '/' });
  t.deepEqual(result, { ok: false, problems: ['The configuration file /none/such.json cannot be read: ENOENT'] });
});

test('options that contradict each other are refused', (t) => {
  t.deepEqual(problems(t, { flags: { tlsCert: ['a'] } }), [
    'Only one of tlsCert and tlsKey is set: expected both or none',
  ]);
  t.deepEqual(problems(t, { flags: { basicAuthUser: ['a'] } }), [
    'basicAuthUser is set without a password: expected basicAuthPasswordFile or basicAuthPassword too',
  ]);
  t.deepEqual(
    problems(t, {
      flags: { basicAuthUser: ['a'], basicAuthPasswordFile: ['b'] },
      env: { PM2_METRICS_BASIC_AUTH_PASSWORD: 'hunter2' },
    }),
    ['basicAuthPasswordFile and basicAuthPassword are both set: expected only one of them'],
  );
  t.deepEqual(problems(t, { env: { PM2_METRICS_BASIC_AUTH_PASSWORD: 'hunter2' } }), [
    'A password for basic authentication is set without a user: expected basicAuthUser too',
  ]);
  t.deepEqual(problems(t, { flags: { appLabel: ['x'], instanceLabel: ['x'] } }), [
    'appLabel and instanceLabel are both "x": expected two names',
  ]);
  t.deepEqual(problems(t, { flags: { namespaceLabel: ['pm_id'] } }), [
    'namespaceLabel and instanceLabel are both "pm_id": expected two names',
  ]);
});

for (const name of ['le', 'quantile', '__name__', 'otel_scope_name', 'otel_scope_library', '1st', 'pm-id', '']) {
  test(`"${name}" is refused as the name of an added label`, (t) => {
    for (const option of ['appLabel', 'namespaceLabel', 'instanceLabel'] as const) {
      const [problem = ''] = problems(t, { flags: { [option]: [name] } });
      t.regex(problem, /^--(?:app|namespace|instance)-label is ".*", expected a label name of /);
    }
  });
}
