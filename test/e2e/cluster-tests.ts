/** The tests of a cluster of two Mashroom servers, for any PM2 and any OpenTelemetry. */
import type { ExecutionContext, TestFn } from 'ava';
import { startTraffic } from '../../scripts/lib/traffic';
import { Asker, type Reply } from '../support/asker';
import { askerApp, mashroomApp } from '../support/mashroom';
import { startPm2, type Instance, type Pm2, type Pm2Version } from '../support/pm2';
import { render, renderedInHost, SERIALIZERS } from '../support/rendered';
import { until } from '../support/until';
import { assertHealthy, assertOneOf, statuses } from './assertions';

const EXPORTER = {
  intervalMs: 1000,
  mashroomMetrics: ['mashroom_plugins_total', 'mashroom_sessions_total', 'mashroom_http_requests_total', 'no_such_one'],
  probes: { names: 'full' },
};
/**
 * JSON has neither NaN nor infinities. Up to 0.57 the serializer renders any value that is not a number as a positive
 * infinity; the text is still valid.
 */
const TOLERATED: Readonly<Record<string, (text: string) => string>> = {
  'exporter-prometheus-1': (text) => text.replace(/ (NaN|-Inf)$/gm, ' +Inf'),
};
const same = (text: string): string => text;
/** PM2's own probes, which every Node.js process has. */
const OWN_PROBES = ['Used Heap Size', 'Heap Usage', 'Heap Size', 'Event Loop Latency', 'Active handles'];

export function clusterTests(test: TestFn, version: Pm2Version, sdk: string): void {
  let pm2: Pm2;
  let asker: Asker;
  let stopTraffic: (() => void) | undefined;
  const server = async (index = 0): Promise<Instance> => (await pm2.list('mashroom'))[index] as Instance;

  test.before(async () => {
    pm2 = await startPm2(version);
    // On a busy machine a minute may pass from a reply until the collections are read.
    const app = await mashroomApp(pm2, { instances: 2, sdk, exporter: EXPORTER, kept: 90 });
    await pm2.start(app, askerApp(), askerApp('departed'));
    await pm2.ready('mashroom', 2);
    asker = new Asker((await pm2.ready('asker', 1))[0] as Instance);
    stopTraffic = startTraffic(app.port, 20);
  });

  test.afterEach.always((t) => {
    if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
  });

  test.after.always(async () => {
    stopTraffic?.();
    await pm2?.close();
  });

  test.serial('configured metrics appear as probes, with full names by those of the original', async (t) => {
    const monitor = await until('the probes', async () => {
      const { monitor } = await server();
      return monitor['mashroom_http_requests_total[route=/shop,method=GET,status=200]'] && monitor;
    });
    t.is(Number(monitor['mashroom_plugins_total']?.value), 4);
    const { value } = await until('sessions', async () => {
      const probe = (await server()).monitor['mashroom_sessions_total'];
      return probe && Number(probe.value) > 0 ? probe : undefined;
    });
    t.true(Number(value) > 0);
    t.false('no_such_one' in monitor);
  });

  test.serial("PM2's own probes go on while the exporter runs and after it has stopped", async (t) => {
    const host = await until("PM2's own probes", async () => {
      const one = await server();
      return OWN_PROBES.every((name) => name in one.monitor) ? one : undefined;
    });
    const folder = await host.ask('removeExporter');
    const before = (await server()).monitor;
    await until("a change of PM2's own probes", async () => {
      const { monitor } = await server();
      return monitor['Used Heap Size']?.value !== before['Used Heap Size']?.value ? true : undefined;
    });
    assertOwnProbes(t, await server());
    await host.ask('addExporter', { folder });
  });

  for (const serializer of SERIALIZERS) {
    test.serial(`a reply renders by ${serializer} as what the collector has handed out`, async (t) => {
      const host = await server();
      const [reply] = await asker.request(host.id);
      const originals = await renderedInHost(host, serializer);
      assertOneOf(t, render(serializer, (reply as Reply).data), originals.map(TOLERATED[serializer] ?? same));
      t.is(String(reply?.from), String(host.id));
      t.is(reply?.topic, 'returnMetrics');
    });
  }

  test.serial('a burst of 100 requests to each instance gets 100 replies from each', async (t) => {
    const hosts = await pm2.list('mashroom');
    await asker.forget();
    await Promise.all(hosts.map(({ id }) => asker.send(id, { times: 100 })));
    const replies = await asker.take(200);
    for (const { id } of hosts) t.is(replies.filter(({ from }) => String(from) === String(id)).length, 100);
  });

  test.serial('messages that are no proper requests do no harm and get no answer', async (t) => {
    const host = await server();
    await asker.forget();
    for (const message of [null, 'getMetrics', 7, [], {}, { topic: null }, { topic: 'getMetrics' }]) {
      t.deepEqual(await host.ask('sayToListeners', { message }), []);
    }
    for (const from of [undefined, null, '', 'nobody', -1, 1.5, {}, [], 4711, '999']) {
      await asker.send(host.id, { packet: { from } });
    }
    await asker.send(host.id, { packet: { topic: 'getmetrics' } });
    const replies = await asker.request(host.id);
    t.is(replies.length, 1);
    assertHealthy(t, await statuses(host));
  });

  test.serial('an asker that has gone does no harm', async (t) => {
    const departed = (await pm2.ready('departed', 1))[0] as Instance;
    await pm2.delete('departed');
    const host = await server();
    await asker.send(host.id, { times: 20, packet: { from: String(departed.id) } });
    t.is((await asker.request(host.id, { times: 3 })).length, 3);
    assertHealthy(t, await statuses(host));
  });

  test.serial('after pm2 reload each instance answers once', async (t) => {
    const before = await pm2.list('mashroom');
    await pm2.reload('mashroom');
    const hosts = await pm2.ready('mashroom', 2);
    t.notDeepEqual(pids(hosts), pids(before));
    t.deepEqual(ids(hosts), ids(before));
    for (const { id } of hosts) t.is((await asker.request(id, { times: 2 })).length, 2);
    // PM2 forgets the probes of the old process and shows each probe of the new one after its first value.
    for (const name of ['mashroom_plugins_total', ...OWN_PROBES]) {
      await until(`the probe ${name}`, async () => (name in (await server()).monitor ? true : undefined));
    }
  });

  test.serial('after pm2 scale up and down the instances that run then answer', async (t) => {
    await pm2.scale('mashroom', 3);
    for (const { id } of await pm2.ready('mashroom', 3)) t.is((await asker.request(id)).length, 1);
    await pm2.scale('mashroom', 1);
    const [host] = await pm2.ready('mashroom', 1);
    t.is((await asker.request((host as Instance).id, { times: 5 })).length, 5);
  });
}

function assertOwnProbes(t: ExecutionContext, { monitor }: Instance): void {
  for (const name of OWN_PROBES) t.true(name in monitor, name);
}

function pids(instances: readonly Instance[]): number[] {
  return instances.map(({ pid }) => pid);
}

function ids(instances: readonly Instance[]): number[] {
  return instances.map(({ id }) => id);
}
