/** This package's own metrics collector in real Mashroom servers under PM2: reloads in any order, sick plugins, many routes. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { Asker } from '../support/asker';
import { PROJECT } from '../support/built';
import { askerApp, mashroomApp } from '../support/mashroom';
import { startPm2, type Instance, type Pm2 } from '../support/pm2';
import { render } from '../support/rendered';
import { until } from '../support/until';
import { assertHealthy, statuses } from './assertions';

const SERIALIZER = 'exporter-prometheus-1';
const EXPORTER = { intervalMs: 500, mashroomMetrics: ['counted'] };
const MAX_ROUTES = 20;
const STAND_IN = join(PROJECT, 'examples/mashroom/plugins/metrics-collector-stand-in');

let pm2: Pm2;
let asker: Asker;
let ownFolder: string;

test.before(async () => {
  pm2 = await startPm2(7);
  const own = {
    exporter: EXPORTER,
    collectors: ['own'],
    requests: { routes: { max: MAX_ROUTES, ids: [] } },
    serversSdk: 'sdk-metrics-1',
  } as const;
  const both = await mashroomApp(pm2, { name: 'both', collectors: ['stand-in', 'own'], exporter: EXPORTER });
  ownFolder = join(both.root, 'node_modules/@mashroom/mashroom-monitoring-pm2-exporter/collector');
  await pm2.start(
    await mashroomApp(pm2, { ...own, name: 'own' }),
    await mashroomApp(pm2, { ...own, name: 'linked', installed: 'symlink' }),
    both,
    await mashroomApp(pm2, { ...own, name: 'without-sdk', serversSdk: null }),
    askerApp(),
  );
  asker = new Asker((await pm2.ready('asker', 1))[0] as Instance);
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-8000));
});

test.after.always(() => pm2?.close());

const hostOf = async (name: string): Promise<Instance> => (await pm2.ready(name, 1))[0] as Instance;

/** By series, as the official serializer writes it. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function replied(host: Instance): Promise<Map<string, number>> {
  const [reply] = await asker.request(host.id);
  if (reply === undefined) throw new Error('no reply');
  return samplesOf(render(SERIALIZER, reply.data));
}

async function handedOut(host: Instance): Promise<Map<string, number>> {
  return samplesOf(await host.ask('resourceMetrics', { serializer: SERIALIZER }));
}

/** Waits for that in the log of an app: what its process has written comes by way of PM2. */
function says(name: string, text: RegExp): Promise<true> {
  return until(`${String(text)} of ${name}`, () => text.test(pm2.logs(name)) || undefined);
}

const COUNTED = 'counted_total{kind="test"}';

async function assertCounted(t: ExecutionContext, host: Instance, count: number): Promise<void> {
  await until(`a reply with ${count}`, async () => ((await replied(host)).get(COUNTED) === count ? true : undefined));
  t.is((await handedOut(host)).get(COUNTED), count);
}

test.serial(
  'it serves PM2 and other exporters with the same series, and the log says which collector serves',
  async (t) => {
    const host = await hostOf('own');
    // A collection for other exporters may be the first one with garbage collections of another kind.
    const names = (samples: Map<string, number>) =>
      [...samples.keys()].filter((series) => !/nodejs_gc|nodejs_active/.test(series)).sort();
    // A busy process answers with its last collection.
    const own = await until('the same series from both', async () => {
      const samples = await replied(host);
      const [ours, others] = [names(samples), names(await handedOut(host))];
      if (isDeepStrictEqual(ours, others)) return samples;
      const differing = [...ours, ...others].filter((one) => !ours.includes(one) || !others.includes(one));
      throw new Error(`one of both lacks ${differing.join(', ')}`);
    });
    for (const name of ['mashroom_plugins_total', 'nodejs_version_info', 'odd_counter_total']) {
      t.true(
        [...own.keys()].some((series) => series.startsWith(name)),
        name,
      );
    }
    await says('own', /The metrics come from the collector of this package/);
    await says('both', /come from the collector of another package than this one, though .* is among .* not ready/);
    assertHealthy(t, await statuses(host));
    // What the log says of it.
    t.deepEqual(await statuses(await hostOf('both')), [503, 200]);
  },
);

for (const name of ['own', 'linked']) {
  test.serial(`${name}: what was counted survives reloads of either plugin, in any order`, async (t) => {
    const host = await hostOf(name);
    let count = 0;
    const countOn = async (): Promise<void> => {
      await host.ask('count', { name: 'counted', times: 7 });
      count += 7;
      await assertCounted(t, host, count);
    };
    await countOn();
    for (const command of ['reloadExporter', 'reloadCollector', 'reloadCollector', 'reloadExporter']) {
      await host.ask(command);
      await countOn();
    }
    const exporter = await host.ask('removeExporter');
    await host.ask('count', { name: 'counted', times: 7 });
    count += 7;
    const collector = await host.ask('removeCollector');
    await host.ask('addCollector', { folder: collector });
    await host.ask('addExporter', { folder: exporter });
    await countOn();
    const folder = await host.ask('removeCollector');
    // The last numbers, since there is nothing to ask.
    t.is((await replied(host)).get(COUNTED), count);
    await host.ask('addCollector', { folder });
    await countOn();
    const value = async (): Promise<true | undefined> =>
      Number((await pm2.instance(host.id)).monitor['counted']?.value) === count ? true : undefined;
    await until('pm2 monit to show the count', value);
    t.is((await asker.request(host.id, { times: 3 })).length, 3);
    assertHealthy(t, await statuses(host));
  });
}

test.serial('routes are bounded, and the rest is counted as one', async (t) => {
  const host = await hostOf('own');
  const before = await handedOut(host);
  await host.ask('visit', { pages: 100 });
  const requestsIn = (samples: Map<string, number>) =>
    [...samples].filter(([series]) => series.startsWith('mashroom_http_requests_total'));
  const visitedIn = (samples: Map<string, number>) =>
    requestsIn(samples).filter(([series]) => /page-|route="other"/.test(series));
  const sumOf = (samples: Map<string, number>) => visitedIn(samples).reduce((total, [, value]) => total + value, 0);
  // A busy process answers with its last collection.
  const samples = await until('all visits', async () => {
    const now = await replied(host);
    return sumOf(now) >= 100 ? now : undefined;
  });
  t.is(sumOf(samples), 100);
  const [requests, visited] = [requestsIn(samples), visitedIn(samples)];
  const known = [...before.keys()].filter((series) => series.startsWith('mashroom_http_requests_total')).length;
  t.true(requests.length <= MAX_ROUTES + known + 1, `${requests.length} series`);
  const folded = samples.get('mashroom_http_requests_folded_total{by="max"}');
  t.is(folded, visited.find(([series]) => series.includes('route="other"'))?.[1]);
});

test.serial('callbacks that throw or hang, and a name of another kind, cost the others nothing', async (t) => {
  const host = await hostOf('own');
  const counted = (await handedOut(host)).get(COUNTED) ?? 0;
  await host.ask('addSickCallbacks');
  await host.ask('count', { name: 'counted', times: 1 });
  await assertCounted(t, host, counted + 1);
  await host.ask('count', { name: 'counted', times: 1 });
  await assertCounted(t, host, counted + 2);
  await says('own', /The metric odd_counter exists already as counter/);
  await says('own', /a callback (fails|has not ended)/);
  assertHealthy(t, await statuses(host));
});

test.serial(
  'where one collector takes the place of the other, the exporter starts again with its numbers',
  async (t) => {
    const host = await hostOf('both');
    const restarts = (): number => pm2.logs('both').split('was replaced by that of another package').length - 1;
    // A request that is being answered meanwhile is lost.
    const restarted = (times: number): Promise<true> =>
      until(`${times} restarts`, () => (restarts() === times ? true : undefined));
    await host.ask('count', { name: 'counted', times: 3 });
    await assertCounted(t, host, 3);
    await host.ask('replaceCollector', { removed: STAND_IN, added: ownFolder });
    await restarted(1);
    await host.ask('count', { name: 'counted', times: 5 });
    await assertCounted(t, host, 5);
    await host.ask('replaceCollector', { removed: ownFolder, added: STAND_IN });
    await restarted(2);
    await host.ask('count', { name: 'counted', times: 7 });
    await assertCounted(t, host, 7);
    t.is(restarts(), 2);
    t.is((await asker.request(host.id, { times: 3 })).length, 3);
    assertHealthy(t, await statuses(host));
  },
);

test.serial('without the SDK the server runs without metrics, and a line has the command', async (t) => {
  const host = await hostOf('without-sdk');
  await host.ask('count', { name: 'counted', times: 1 });
  await says('without-sdk', /npm install @opentelemetry\/sdk-metrics@2/);
  t.notRegex(pm2.logs('without-sdk'), /another package/);
  assertHealthy(t, await statuses(host));
});
