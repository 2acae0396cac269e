/** The libraries that the preload knows, in each version and as each kind of module, as an app has them. */
import test from 'ava';
import { built } from '../support/built';
import { ANSWER, runApp, type AppOptions } from './app-process';

test.before(built);

const USE_PROVIDER = `
  const provider = new MeterProvider();
  provider.getMeter('app').createCounter('jobs').add(5);
  const say = () => [provider instanceof MeterProvider, provider._sharedState.metricCollectors.length];
  ${ANSWER}
`;
const USE_REGISTRY = `
  new Counter({ name: 'mails', help: 'Mails.' }).inc(7);
  const say = () => 'counted';
  ${ANSWER}
`;

const API = {
  '@opentelemetry/api': '@opentelemetry/api',
  '@opentelemetry/semantic-conventions': '@opentelemetry/semantic-conventions',
};
const TDIGEST = { tdigest: 'tdigest' };
const sinceNode = (major: number): boolean => Number(process.versions.node.split('.')[0]) >= major;

const PROVIDERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1.30': { ...API, '@opentelemetry/sdk-metrics': 'sdk-metrics-1' },
  '2.': { '@opentelemetry/sdk-metrics': '@opentelemetry/sdk-metrics' },
  ...(sinceNode(22) && { '3.': { ...API, '@opentelemetry/sdk-metrics': 'sdk-metrics-3' } }),
};
const REGISTRIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'prom-client 14': { ...TDIGEST, 'prom-client': 'prom-client-14' },
  'prom-client 15': { 'prom-client': 'prom-client' },
  '@platformatic/prom-client 1': { '@platformatic/prom-client': '@platformatic/prom-client' },
  ...(sinceNode(22) && { '@prometheus-io/client 0': { '@prometheus-io/client': '@prometheus-io/client' } }),
};

const forms = (names: string, from: string, body: string): Readonly<Record<string, AppOptions['files']>> => ({
  CommonJS: { 'app.js': `const { ${names} } = require('${from}'); ${body}` },
  'ES module': { 'app.mjs': `import { ${names} } from '${from}'; ${body}` },
});

for (const [version, packages] of Object.entries(PROVIDERS)) {
  const all = {
    ...forms('MeterProvider', '@opentelemetry/sdk-metrics', USE_PROVIDER),
    'ES module, default import': {
      'app.mjs': `import * as all from '@opentelemetry/sdk-metrics';
        const { MeterProvider } = all.default ?? all; ${USE_PROVIDER}`,
    },
  };
  for (const [form, files] of Object.entries(all)) {
    test(`a MeterProvider of ${version} in an app of form ${form} gets a reader`, async (t) => {
      const { said, lines } = await runApp(t, { files, packages });
      t.deepEqual(said, [true, 1], lines.join('\n'));
      t.is(lines.length, 1, lines.join('\n'));
      t.true(lines[0]?.includes(`The metrics of @opentelemetry/sdk-metrics ${version}`), lines[0]);
    });
  }
}

for (const [version, packages] of Object.entries(REGISTRIES)) {
  const name = Object.keys(packages).at(-1) as string;
  for (const [form, files] of Object.entries(forms('Counter', name, USE_REGISTRY))) {
    test(`the default registry of ${version} in an app of form ${form} is exported`, async (t) => {
      const { said, lines } = await runApp(t, { files, packages });
      t.is(said, 'counted', lines.join('\n'));
      t.is(lines.length, 1, lines.join('\n'));
      t.true(lines[0]?.includes(`The metrics of ${version}`), lines[0]);
    });
  }
}
