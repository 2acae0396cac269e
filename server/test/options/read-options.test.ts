/** Options from all sources: their precedence, and errors of invalid ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { parse } from 'valibot';
import type { ServerOptions } from '../../src/options/options';
import { readOptions } from '../../src/options/read-options';
import type { Given } from '../../src/options/read-options';
import type { OptionName } from '../../src/options/table';
import { NAMES, TABLE, envOf, flagOf } from '../../src/options/table';

interface Sources {
  readonly file?: unknown;
  readonly settings?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Partial<Record<OptionName, readonly string[]>>;
}

function read(t: ExecutionContext, { file, settings, env, flags = {} }: Sources) {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-options-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  if (file !== undefined) {
    writeFileSync(join(folder, 'metrics.json'), typeof file === 'string' ? file : JSON.stringify(file));
  }
  const given: Given = {
    env: {
      ...(settings !== undefined && { name: 'metrics', metrics: JSON.stringify(settings) }),
      ...env,
    },
    folder,
    flags: new Map(Object.entries(flags)) as Map<OptionName, readonly string[]>,
    config: file === undefined ? undefined : 'metrics.json',
  };
  return { result: readOptions(given), folder };
}

function good(t: ExecutionContext, sources: Sources): ServerOptions {
  const { result } = read(t, sources);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.options;
}

/** The folder is shown as `~`. */
function problems(t: ExecutionContext, sources: Sources): readonly string[] {
  const { result, folder } = read(t, sources);
  return result.ok ? [] : result.problems.map((problem) => problem.replaceAll(folder, '~'));
}

test('without any source all options have their defaults', (t) => {
  t.deepEqual(good(t, { env: { PM2_HOME: '/pm2' } }), {
    host: '127.0.0.1',
    port: 15_050,
    tlsCert: undefined,
    tlsKey: undefined,
    basicAuthUser: undefined,
    basicAuthPasswordFile: undefined,
    basicAuthPassword: undefined,
    bearerTokenFiles: [],
    bearerTokens: [],
    apps: [],
    timeout: 5,
    axmMonitor: false,
    appLabel: 'pm2_app',
    namespaceLabel: 'pm2_namespace',
    instanceLabel: 'pm_id',
    gauges: [],
    maxPayloadMb: 64,
    maxInflatedMb: 512,
    maxSeries: 2_000_000,
    maxEndedSeries: 100_000,
    maxConnections: 100,
    threads: 1,
    stateFile: '/pm2/pm2-metrics.state',
    exitWhenAlone: false,
    logLevel: 'info',
  });
  t.is(good(t, {}).stateFile, join(homedir(), '.pm2/pm2-metrics.state'));
});

test('flags override the environment, which overrides pm2 set, which overrides the file', (t) => {
  const file = { port: 1, timeout: 1, threads: 1, maxSeries: 1, host: 'file' };
  const settings = { port: '2', timeout: '2', threads: '2', maxSeries: '2' };
  const env = { PM2_METRICS_PORT: '3', PM2_METRICS_TIMEOUT: '3', PM2_METRICS_THREADS: '3' };
  const options = good(t, { file, settings, env, flags: { port: ['9', '4'], timeout: ['4'] } });
  const { port, timeout, threads, maxSeries, host, logLevel } = options;
  t.deepEqual([port, timeout, threads, maxSeries, host, logLevel], [4, 4, 3, 2, 'file', 'info']);
});

/** By option: the value in JSON, the value as a text, and the result. `~` is the folder. */
const VALUES: Readonly<Record<string, readonly [json: unknown, text: string, value: unknown]>> = {
  host: ['web-1.example', 'web-1.example', 'web-1.example'],
  port: [0, '0', 0],
  apps: [['shop*', '{a,b}'], 'shop*, {a,b}', ['shop*', '{a,b}']],
  timeout: [2.5, '2.5', 2.5],
  axmMonitor: [true, 'true', true],
  appLabel: ['app', 'app', 'app'],
  namespaceLabel: ['ns', 'ns', 'ns'],
  instanceLabel: ['_id', '_id', '_id'],
  gauges: [
    ['*_{ratio,share}=avg', 'a=b=max'],
    '*_{ratio,share}=avg,a=b=max',
    [
      { match: '*_{ratio,share}', merge: 'avg' },
      { match: 'a=b', merge: 'max' },
    ],
  ],
  maxPayloadMb: [1, '1', 1],
  maxEndedSeries: [0, '0', 0],
  bearerTokenFiles: [['a', '/b'], 'a,/b', ['~/a', '/b']],
  stateFile: ['', '', undefined],
  logLevel: ['silent', 'silent', 'silent'],
};

for (const [name, [json, text, value]] of Object.entries(VALUES)) {
  test(`${name} can be set by every source`, (t) => {
    const ways: readonly Sources[] = [
      { file: { $schema: './x', [name]: json } },
      { settings: { [name]: text } },
      // As "config" in a package.json gives it.
      { settings: { [name]: json } },
      { env: { [envOf(name)]: text } },
      { flags: { [name]: [text] } },
    ];
    for (const way of ways) {
      const { result, folder } = read(t, way);
      const got = result.ok ? result.options[name as OptionName] : result.problems;
      t.deepEqual(JSON.parse(JSON.stringify([got]).replaceAll(folder, '~')), JSON.parse(JSON.stringify([value])));
    }
  });
}

test('several flags make one list', (t) => {
  t.deepEqual(good(t, { flags: { apps: ['a', 'b,c'] } }).apps, ['a', 'b', 'c']);
  t.deepEqual(good(t, { env: { PM2_METRICS_APPS: 'a' }, flags: { apps: ['b'] } }).apps, ['b']);
  t.deepEqual(good(t, { env: { PM2_METRICS_APPS: '' } }).apps, []);
});

test('paths of a configuration file start from its folder, all others from the working directory', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-options-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'c.json'), JSON.stringify({ stateFile: 'state', bearerTokenFiles: ['tokens'] }));
  const result = readOptions({
    env: { PM2_METRICS_CONFIG: join(folder, 'c.json'), PM2_METRICS_BEARER_TOKEN_FILES: 'mine' },
    folder: '/app',
  });
  t.true(result.ok);
  if (!result.ok) return;
  t.is(result.options.stateFile, join(folder, 'state'));
  t.deepEqual(result.options.bearerTokenFiles, ['/app/mine']);
});

test('the configuration file is named by a flag, the environment or a module setting', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-options-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const port of [1, 2, 3]) writeFileSync(join(folder, `${port}.json`), JSON.stringify({ port }));
  const port = (given: Omit<Given, 'folder'>) => {
    const result = readOptions({ ...given, folder });
    return result.ok ? result.options.port : result.problems;
  };
  const settings = { name: 'm', m: '{"config":"1.json"}' };
  t.is(port({ env: settings }), 1);
  t.is(port({ env: { ...settings, PM2_METRICS_CONFIG: '2.json' } }), 2);
  t.is(port({ env: { ...settings, PM2_METRICS_CONFIG: '2.json' }, config: '3.json' }), 3);
});

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

test('module settings are those of the process of that name, and no other variables', (t) => {
  const port = (env: NodeJS.ProcessEnv) => {
    const result = readOptions({ env, folder: '/' });
    return result.ok ? result.options.port : result.problems;
  };
  const name = '@mashroom/mashroom-monitoring-pm2-exporter';
  t.is(port({ name, [name]: '{"port":"80"}' }), 80);
  // PM2 also adds each setting to the environment by its bare name, which other programs may use.
  t.is(port({ name, [name]: '{}', port: '80', host: 'x' }), 15_050);
  t.is(port({ name: 'other', [name]: '{"port":"80"}' }), 15_050);
  t.is(port({ name: 'PATH', PATH: '/usr/bin' }), 15_050);
  t.is(port({ name: 'x', x: '80' }), 15_050);
});

test('every default is a valid value', (t) => {
  for (const name of NAMES) {
    const { kind, fallback } = TABLE[name];
    const value = fallback({});
    if (value === undefined || name === 'gauges') continue;
    t.deepEqual(parse(kind.json('/'), value), value as never, name);
  }
});

test('names of flags and variables follow from the name of the option', (t) => {
  t.is(flagOf('maxPayloadMb'), '--max-payload-mb');
  t.is(envOf('maxPayloadMb'), 'PM2_METRICS_MAX_PAYLOAD_MB');
  t.is(new Set(NAMES.map(envOf)).size, NAMES.length);
});
