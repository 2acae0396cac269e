/** What the preload must not do to an app, whatever the app and its environment are like. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { built, PROJECT } from '../support/built';
import { ANSWER, REGISTER, runApp } from './app-process';

test.before(built);

const SDK = { '@opentelemetry/sdk-metrics': '@opentelemetry/sdk-metrics' };
const SDK_1 = { '@opentelemetry/api': '@opentelemetry/api', '@opentelemetry/sdk-metrics': 'sdk-metrics-1' };
const READER = 'class Own extends sdk.MetricReader { onForceFlush() {} onShutdown() {} }';
const LOAD = "const sdk = require('@opentelemetry/sdk-metrics');";

/** Does nothing. */
const ENDS = join(PROJECT, 'test/fixtures/apps/unaware/children.js');

async function textOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.on('data', (data) => (text += String(data)));
  await once(child, 'close');
  return text;
}

/** Makes a package unknown to `require()`. */
const without = (name: string): string => `
  const Module = require('node:module');
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (id, ...rest) {
    if (id === '${name}') throw Object.assign(new Error("Cannot find module '${name}'"), { code: 'MODULE_NOT_FOUND' });
    return resolve.call(this, id, ...rest);
  };
`;

test('an app that ends by itself ends, with its own exit code', async (t) => {
  const files = {
    'app.js': `${LOAD} new sdk.MeterProvider().getMeter('a').createCounter('c').add(1); process.exitCode = 7;`,
  };
  const { code, lines } = await runApp(t, { files, packages: SDK });
  t.is(code, 7, lines.join('\n'));
});

test('without the hook an app runs, and the log names the command that installs it', async (t) => {
  const files = {
    'app.js': `${LOAD} new sdk.MeterProvider(); process.exitCode = 7;`,
    'without.js': without('require-in-the-middle'),
  };
  const { code, lines } = await runApp(t, { files, packages: SDK, flags: ['--require', './without.js'] });
  t.is(code, 7);
  t.is(lines.length, 1, lines.join('\n'));
  t.regex(lines[0] ?? '', /not found without require-in-the-middle, .* Run: npm install require-in-the-middle$/);
});

test('options that the app gives a MeterProvider reach it as they are, and its errors reach the app', async (t) => {
  const files = {
    'app.js': `
      ${LOAD}
      class Mine extends sdk.MeterProvider { mine = true; }
      const resource = { attributes: { a: 1 }, merge: () => resource };
      const all = [
        new sdk.MeterProvider(Object.freeze({ resource })),
        new Mine({ resource }),
        new sdk.MeterProvider({ readers: [], views: [], resource }),
      ];
      let thrown;
      try { new sdk.MeterProvider({ get views() { throw new Error('mine'); } }); } catch (error) { thrown = error.message; }
      const say = () => [
        ...all.map((one) => [one._sharedState.resource === resource, one._sharedState.metricCollectors.length]),
        all[1].mine && all[1] instanceof sdk.MeterProvider && all[1].constructor === Mine,
        thrown,
      ];
      ${ANSWER}`,
  };
  const { said, lines } = await runApp(t, { files, packages: SDK });
  t.deepEqual(said, [[true, 1], [true, 1], [true, 1], true, 'mine'], lines.join('\n'));
});

test('a reader that is added to a MeterProvider of 1.30 takes the place of ours', async (t) => {
  const files = {
    'app.js': `
      ${LOAD} ${READER}
      const provider = new sdk.MeterProvider();
      const reader = new Own();
      provider.addMetricReader(reader);
      provider.getMeter('a').createCounter('c').add(1);
      const say = async () => [
        provider._sharedState.metricCollectors.length,
        (await reader.collect()).resourceMetrics.scopeMetrics.length,
      ];
      ${ANSWER}`,
  };
  const { said, lines } = await runApp(t, { files, packages: SDK_1, askAt: /has a reader already/ });
  t.deepEqual(said, [1, 1], lines.join('\n'));
});

test('MeterProviders and registries that come later are exported by the same exporter', async (t) => {
  const files = {
    'app.js': `
      ${LOAD}
      const running = () => globalThis[Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter running')];
      let first;
      new sdk.MeterProvider();
      const later = () => {
        first = running();
        new sdk.MeterProvider();
        require('prom-client');
      };
      // What comes after the first line is later.
      const { write } = process.stderr;
      process.stderr.write = function (text, ...rest) {
        if (String(text).includes('The metrics of')) {
          process.stderr.write = write;
          setImmediate(later);
        }
        return write.call(this, text, ...rest);
      };
      const say = () => first.active && running() === first;
      ${ANSWER}`,
  };
  const packages = { ...SDK, 'prom-client': 'prom-client' };
  const { said, lines } = await runApp(t, { files, packages, askAt: /found later/ });
  t.true(said, lines.join('\n'));
  t.regex(lines[1] ?? '', /sdk-metrics 2\S+, prom-client 15\S+, found later, are exported too/);
});

test('settings that are wrong are a line each, and the app is exported', async (t) => {
  const files = { 'app.js': `${LOAD} new sdk.MeterProvider(); const say = () => 'said'; ${ANSWER}` };
  const env = { PM2_EXPORTER_CONFIG: '{"intervalMs": 5000', PM2_EXPORTER_SECOND_READER: 'yes' };
  const { said, lines } = await runApp(t, { files, packages: SDK, env });
  t.is(said, 'said');
  t.regex(lines.join('\n'), /PM2_EXPORTER_CONFIG cannot be read .* expected JSON such as \{"intervalMs": 5000\}/);
  t.regex(lines.join('\n'), /PM2_EXPORTER_SECOND_READER is "yes", expected 1 or 0/);
  const wrong = await runApp(t, { files, packages: SDK, env: { PM2_EXPORTER_CONFIG: '{"intervalMs": "often"}' } });
  t.regex(wrong.lines.join('\n'), /intervalMs is "often"/);
});

test('a default registry without metrics is told, since the app may have others', async (t) => {
  const files = {
    'app.js': `
      const { Registry } = require('prom-client');
      new Registry();
      const say = () => 'said';
      ${ANSWER}`,
  };
  const { lines } = await runApp(t, { files, packages: { 'prom-client': 'prom-client' }, askAt: /promClientSource/ });
  t.regex(lines.join('\n'), /default registry of prom-client 15\S+ has no metrics/);
});

test('outside PM2 a process has one line, and its children with a channel have none', async (t) => {
  const child = fork(ENDS, { execArgv: ['--require', REGISTER], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  t.is(await textOf(child), '');
  const alone = spawn(process.execPath, ['--require', REGISTER, ENDS], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.regex(await textOf(alone), /^\[pm2-exporter\] PM2 has not started this process .*\n$/);
});
