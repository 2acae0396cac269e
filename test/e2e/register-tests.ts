/** Apps that know nothing of the exporter, with the preload in their `node_args`, under a real PM2. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import { Asker, type Reply } from '../support/asker';
import { built, PROJECT } from '../support/built';
import { exporterLines } from '../support/places';
import { withPm2, type App, type Instance, type Pm2, type Pm2Version } from '../support/pm2';
import { until } from '../support/until';

const APPS = join(PROJECT, 'test/fixtures/apps/unaware');
const ASKER = join(PROJECT, 'test/support/host/asker.js');
const REGISTER = join(PROJECT, 'dist/src/register.js');
const HEAP_USED = 'v8js.memory.heap.used';

type Mode = App['exec_mode'];

interface Case {
  readonly parts: string;
  readonly script?: 'app.js' | 'app.mjs';
  /** Values of series without attributes that the app has, by metric. */
  readonly values: Readonly<Record<string, number>>;
  readonly hasRuntime?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** What the lines of the exporter say: there are no more lines than texts. */
  readonly lines: readonly RegExp[];
}

const REGISTRY = /The metrics of .*prom-client 15\S+ .*exported/;
const PROVIDER = /The metrics of .*@opentelemetry\/sdk-metrics 2\S+ .*exported/;
/** What is found within a few seconds is in one line, else in two. */
const RUNTIME = /The metrics of .*Node\.js itself .*exported/;
const OWN = /The app starts the exporter itself/;

const CASES: Readonly<Record<string, Case>> = {
  registry: { parts: 'registry', values: { mails: 7 }, hasRuntime: true, lines: [REGISTRY, RUNTIME] },
  provider: { parts: 'provider', values: { jobs: 5 }, hasRuntime: true, lines: [PROVIDER] },
  both: { parts: 'registry provider', values: { mails: 7, jobs: 5 }, hasRuntime: true, lines: [REGISTRY, PROVIDER] },
  'es-registry': {
    parts: 'registry',
    script: 'app.mjs',
    values: { mails: 7 },
    hasRuntime: true,
    lines: [REGISTRY, RUNTIME],
  },
  'es-provider': { parts: 'provider', script: 'app.mjs', values: { jobs: 5 }, hasRuntime: true, lines: [PROVIDER] },
  reader: { parts: 'reader', values: { jobs: 5 }, hasRuntime: true, lines: [] },
  library: { parts: 'registry library', values: { mails: 7 }, lines: [OWN] },
  'second-reader': {
    parts: 'foreign',
    env: { PM2_EXPORTER_SECOND_READER: '1' },
    values: { jobs: 5 },
    hasRuntime: true,
    lines: [/has a second reader now/, PROVIDER],
  },
  children: { parts: 'provider children', values: { jobs: 5 }, hasRuntime: true, lines: [PROVIDER] },
};

function appOf(name: string, mode: Mode, { parts, script = 'app.js', env }: Case, folder = APPS): App {
  const flag = script === 'app.mjs' ? '--import' : '--require';
  return {
    name,
    script: join(folder, script),
    cwd: folder,
    exec_mode: mode,
    node_args: [flag, REGISTER],
    env: { PARTS: parts, CONTROL_MODULE: join(PROJECT, 'test/support/host/control.js'), ...env },
  };
}

export function registerTests(test: TestFn, version: Pm2Version, modes: readonly Mode[]): void {
  test.before(built);
  for (const mode of modes) {
    test.serial(
      `PM2 ${version}, ${mode} mode: metrics of apps that know nothing of the exporter are exported`,
      async (t) => {
        t.timeout(600_000);
        await withPm2(version, async (pm2) => {
          const bare = join(pm2.folder, 'bare');
          mkdirSync(bare);
          copyFileSync(join(APPS, 'app.js'), join(bare, 'app.js'));
          await pm2.start(
            { name: 'asker', script: ASKER, exec_mode: 'fork' },
            ...Object.entries(CASES).map(([name, one]) => appOf(name, mode, one)),
            appOf('foreign', mode, { parts: 'foreign', values: {}, lines: [] }),
            appOf('bare', mode, { parts: '', values: {}, lines: [] }, bare),
          );
          const [instance] = (await pm2.ready('asker', 1)) as [Instance];
          const asker = new Asker(instance);
          for (const [name, one] of Object.entries(CASES)) await check(t, pm2, asker, name, one);
          await hasLines(t, pm2, 'foreign', [/has a reader already.* Set PM2_EXPORTER_SECOND_READER=1/]);
          await hasLines(t, pm2, 'bare', [/has found no metrics to export.* see docs\/sources\.md/]);
          const kinds = ['forked', 'spawned', 'thread', ...(mode === 'fork' ? ['worker'] : [])];
          for (const kind of kinds) {
            const file = join(pm2.folder, 'control', `child-${kind}`);
            const said = await until(`what the ${kind} child says`, () => readFileSync(file, 'utf8') || undefined);
            t.is(said, '0 readers, exporter false', kind);
          }
          for (const { name, restarts } of await pm2.list()) t.is(restarts, 0, name);
        });
      },
    );
  }
}

async function check(t: ExecutionContext, pm2: Pm2, asker: Asker, name: string, one: Case): Promise<void> {
  const [{ id }] = (await pm2.ready(name, 1)) as [Instance];
  const got = await until(`the metrics of ${name}: ${pm2.logs(name)}`, async () => {
    const [{ data }] = (await asker.request(id)) as [Reply];
    const found = data.scopeMetrics.flatMap(({ metrics }) => metrics);
    const isComplete = one.hasRuntime !== true || found.some(({ descriptor }) => descriptor.name === HEAP_USED);
    const names = found.map(({ descriptor }) => descriptor.name);
    return isComplete && Object.keys(one.values).every((metric) => names.includes(metric))
      ? { data, found }
      : undefined;
  });
  const values = Object.keys(one.values).map((metric) => {
    const same = got.found.filter(({ descriptor }) => descriptor.name === metric);
    return [metric, same.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value))];
  });
  t.deepEqual(
    values,
    Object.entries(one.values).map(([metric, value]) => [metric, [value]]),
    name,
  );
  if (name === 'provider') t.is(got.data.resource.attributes['service.name'], name);
  await hasLines(t, pm2, name, one.lines);
}

async function hasLines(t: ExecutionContext, pm2: Pm2, name: string, expected: readonly RegExp[]): Promise<void> {
  const said = await until(`the lines of ${name}: ${expected.join(' ')}`, () => {
    const lines = exporterLines(pm2, name) ?? [];
    return expected.every((text) => lines.some((line) => text.test(line))) ? lines : undefined;
  });
  t.true(said.length <= expected.length, `${name}: ${said.join('\n')}`);
}
