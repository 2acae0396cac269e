/** Instrumentations that are installed for an app: they are used, once. */
import test from 'ava';
import { built } from '../support/built';
import { ANSWER, runApp } from './app-process';

test.before(built);

const PACKAGES = Object.fromEntries(
  ['sdk-metrics', 'instrumentation-http', 'instrumentation-runtime-node'].map((name) => [
    `@opentelemetry/${name}`,
    `@opentelemetry/${name}`,
  ]),
);

/** Serves three requests. A reader of the app tells what was recorded. */
const SERVE = `
  class Own extends MetricReader { onForceFlush() {} onShutdown() {} }
  const reader = new Own();
  const provider = new MeterProvider({ readers: [reader] });
  use(provider);
  const server = http.createServer((req, res) => res.end());
  server.listen(0, '127.0.0.1');
  const request = () => new Promise((resolve) => http.get(server.address(), (res) => res.resume().on('end', resolve)));
  const say = async () => {
    for (let i = 0; i < 3; i++) await request();
    const { resourceMetrics } = await reader.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const counts = metrics
      .filter(({ descriptor }) => /^http\\.(server|client)/.test(descriptor.name))
      .map(({ dataPoints }) => dataPoints.reduce((sum, { value }) => sum + value.count, 0));
    const callbacks = [...provider._sharedState.meterSharedStates.values()].map(({ observableRegistry: all }) =>
      all._callbacks.length + all._batchCallbacks.length);
    const hasRuntime = metrics.some(({ descriptor }) => descriptor.name.startsWith('v8js.'));
    return { counts, hasRuntime, callbacks: callbacks.reduce((sum, one) => sum + one, 0) };
  };
  ${ANSWER}
`;
const COMMON = `
  const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
  const http = require('http');
`;

const FORMS = {
  CommonJS: { 'app.js': `const use = () => {}; ${COMMON} ${SERVE}` },
  'ES module': {
    'app.mjs': `
      import http from 'node:http';
      import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
      const use = () => {};
      ${SERVE}`,
  },
};

const WITH_OWN = {
  'app.js': `
      const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
      const { RuntimeNodeInstrumentation } = require('@opentelemetry/instrumentation-runtime-node');
      const own = [new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }), new RuntimeNodeInstrumentation()];
      const use = (provider) => own.forEach((one) => one.setMeterProvider(provider));
      ${COMMON} ${SERVE}`,
};

for (const [form, files] of Object.entries(FORMS)) {
  test(`requests to a server are counted once: ${form}`, async (t) => {
    const { said, lines } = await runApp(t, { files, packages: PACKAGES, env: { PM2_EXPORTER_SECOND_READER: '1' } });
    t.like(said, { counts: [3], hasRuntime: true }, lines.join('\n'));
  });
}

test('an app that makes instrumentations itself has only its own', async (t) => {
  const options = { packages: PACKAGES, env: { PM2_EXPORTER_SECOND_READER: '1' } };
  const [ours, own] = await Promise.all([FORMS.CommonJS, WITH_OWN].map((files) => runApp(t, { ...options, files })));
  t.like(own?.said, { counts: [3], hasRuntime: true }, own?.lines.join('\n'));
  t.deepEqual(own?.said, ours?.said);
});

test('an app without a MeterProvider has one for its instrumentations after a few seconds', async (t) => {
  const files = { 'app.js': `require('http'); const say = () => 'said'; ${ANSWER}` };
  const { said, lines } = await runApp(t, { files, packages: PACKAGES });
  t.is(said, 'said');
  t.deepEqual(lines, ['[pm2-exporter] The metrics of Node.js itself (by its instrumentations) are exported']);
});

test('an app whose MeterProvider has a reader for another purpose gets no metrics that it has not made', async (t) => {
  const { said, lines } = await runApp(t, { files: FORMS.CommonJS, packages: PACKAGES, askAt: /has a reader already/ });
  t.deepEqual(said, { counts: [], hasRuntime: false, callbacks: 0 }, lines.join('\n'));
});
