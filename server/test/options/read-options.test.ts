/** Options from all sources, and their precedence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readOptions, type Given } from '../../src/options/read-options';
import { envOf, type OptionName } from '../../src/options/table';
import { good, read, type Sources } from './given-options';

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
