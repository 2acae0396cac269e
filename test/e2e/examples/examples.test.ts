/** Each way in: the programs of examples/ under a real PM2, four instances each, and the metrics server beside them. */
import test, { type ExecutionContext } from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { runScript } from '../../package/packed';
import { built, METRICS_SERVER, PROJECT } from '../../support/built';
import { withoutLoopLines } from '../../support/loop-lines';
import { withPm2, type Pm2 } from '../../support/pm2';
import { until, untilEqual } from '../../support/until';
import { EXAMPLES, exampleApps, INSTANCES, NAMES, STARTED, type Example, type ExampleApp } from './apps';
import { canConnect, Load, type Counts } from './load';
import { startOtlpReceiver } from './otlp-receiver';

const PROBE = /^(visits|bytes_total)/;
/** What the preload says of what it has found. */
const FOUND = /^\[pm2-exporter\] The metrics of .* exported(?: too)?\n/gm;

test.before(built);

/** Lines of a counter of that app: its labels, and its value. */
function samples(text: string, name: string, app: Example): { labels: Record<string, string>; value: number }[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(`pm2_app="${app}"`))
    .map((line) => ({
      labels: Object.fromEntries(
        Array.from(line.matchAll(/(\w+)="([^"]*)"/g), ([, key = '', value = '']): [string, string] => [key, value]),
      ),
      value: Number(line.split(' ').at(-1)),
    }));
}

/** By page, added up over instances. */
function byPage(text: string, app: Example): Counts {
  const counts: Counts = {};
  for (const { labels, value } of samples(text, EXAMPLES[app], app)) {
    const page = labels['page'] as string;
    counts[page] = (counts[page] ?? 0) + value;
  }
  return counts;
}

async function started(pm2: Pm2, apps: readonly ExampleApp[]): Promise<void> {
  await until('all instances', async () => {
    const online = (await pm2.list()).filter(({ status }) => status === 'online');
    return online.length === STARTED.length * INSTANCES + 1 ? true : undefined;
  });
  for (const port of apps.flatMap(({ ports }) => ports)) {
    await until(`a listener at ${port}`, async () => (await canConnect(port)) || undefined);
  }
}

/** What was answered is what all instances together show, number for number. @returns the text that shows it */
async function isExact(t: ExecutionContext, read: () => Promise<string>, load: Load): Promise<string> {
  let text = '';
  const counts = async () => {
    text = await read();
    return Object.fromEntries(STARTED.map((name) => [name, byPage(text, name)]));
  };
  await untilEqual(t, counts, Object.fromEntries(STARTED.map((name) => [name, { ...load.of(name) }])));
  return text;
}

test('every example shows exactly what it was asked for, also over a reload under load', async (t) => {
  t.timeout(600_000);
  if (STARTED.length < NAMES.length) t.log(`${NAMES.length - STARTED.length} examples are left to npm run test:full`);
  const receiver = await startOtlpReceiver();
  t.teardown(() => receiver.close());
  await withPm2(7, async (pm2) => {
    const port = await freePort();
    const read = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const apps = await exampleApps({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    const server = { name: 'metrics', script: METRICS_SERVER, exec_mode: 'fork' } as const;
    await pm2.start({ ...server, env: { PM2_METRICS_PORT: String(port) } });
    await pm2.start(...apps);
    await started(pm2, apps);
    const load = new Load(apps);
    // In cluster mode, those that listen already get all requests.
    await until('a visit to each instance', async () => {
      await load.send(8);
      const text = await read('/metrics');
      return STARTED.every((name) => idsOf(text, name).size === INSTANCES) || undefined;
    });
    t.deepEqual(load.failures, []);
    const sent = totalOf(load, 'otlp-beside');

    await isExact(t, () => read('/metrics/cluster'), load);
    const text = await isExact(t, () => read('/metrics'), load);
    for (const name of STARTED) t.is(idsOf(text, name).size, INSTANCES, name);
    t.is(sum(samples(text, 'bytes_total', 'es-module')), 8 * totalOf(load, 'es-module'));
    // What prom-client names and labels stays; OpenTelemetry's has its scope.
    t.deepEqual(labelsOf(text, 'express-prom-client'), ['page', 'pm2_app', 'pm_id']);
    t.deepEqual(labelsOf(text, 'fastify-opentelemetry'), ['otel_scope_name', 'page', 'pm2_app', 'pm_id']);
    await until('what is exported by OTLP', () => receiver.sumOf('visits') === sent || undefined);
    await until('probes in pm2 monit', async () => {
      const shown = (await pm2.list()).filter(({ monitor }) => Object.keys(monitor).some((name) => PROBE.test(name)));
      return shown.length === STARTED.length * INSTANCES || undefined;
    });

    const before = new Set((await pm2.list()).map(({ pid }) => pid));
    load.begin();
    await pm2.reload(`${pm2.folder}/ecosystem.json`);
    await load.end();
    await started(pm2, apps);
    const kept = (await pm2.list()).filter(({ pid }) => before.has(pid)).map(({ name }) => name);
    t.deepEqual(kept, ['metrics']);
    t.log(`${load.failures.length} requests without an answer:`, [...new Set(load.failures)]);
    await isExact(t, () => read('/metrics/cluster'), load);
    const visits = totalOf(load, 'otlp-beside');
    t.true(visits > sent);
    await until('the last numbers by OTLP', () => receiver.sumOf('visits') === visits || undefined);
    for (const name of STARTED) {
      const lines = withoutLoopLines(pm2.logs(name));
      if (name === 'zero-code') t.regex(lines, /^\[pm2-exporter\] The metrics of .*prom-client 15\S+ .*exported$/m);
      t.is(name === 'zero-code' ? lines.replaceAll(FOUND, '') : lines, '', name);
    }
  });
});

test('the example in TypeScript compiles against the types of the package', async (t) => {
  const { code, stdout } = await runScript(PROJECT, 'typescript/bin/tsc', '-p', 'examples/typescript');
  t.is(code, 0, stdout);
});

function labelsOf(text: string, name: Example): string[] {
  return Object.keys(samples(text, EXAMPLES[name], name)[0]?.labels ?? {}).sort();
}

function idsOf(text: string, name: Example): ReadonlySet<string | undefined> {
  return new Set(samples(text, EXAMPLES[name], name).map(({ labels }) => labels['pm_id']));
}

function totalOf(load: Load, name: Example): number {
  return Object.values(load.of(name)).reduce((all, one) => all + one, 0);
}

function sum(all: readonly { readonly value: number }[]): number {
  return all.reduce((total, { value }) => total + value, 0);
}
