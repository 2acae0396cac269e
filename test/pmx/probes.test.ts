import test, { type ExecutionContext } from 'ava';
import { until } from '../support/until';
import { startChild, type Child } from './process-with-io';
import type { Host } from './process-with-io-host';

// PM2 5 has the code of PM2 6.
for (const build of ['PM2 6', 'PM2 7'] as const) {
  const scenario = (title: string, body: (t: ExecutionContext, child: Child) => Promise<void>): void => {
    test.serial(`${build}: ${title}`, async (t) => {
      const child = await startChild(build);
      try {
        await child.run(prepare);
        await body(t, child);
      } finally {
        child.end();
      }
    });
  };

  scenario('numbers arrive as numbers, with their unit, and infinities as text', async (t, child) => {
    await show(child, [
      { name: 'a', value: 1.5 },
      { name: 'b', value: 0, unit: '1/s' },
      { name: 'up', value: Infinity },
      { name: 'down', value: -Infinity },
    ]);
    const sent = await child.nextSent();
    t.deepEqual(pick(sent, 'a', 'b', 'up', 'down'), { a: 1.5, b: 0, up: '+Inf', down: '-Inf' });
    t.is(sent['b']?.unit, '1/s');
    t.is(sent['a']?.unit, undefined);
    await show(child, [
      { name: 'a', value: 2, unit: 'By' },
      { name: 'up', value: 7 },
    ]);
    const next = await child.nextSent();
    t.deepEqual(pick(next, 'a', 'up'), { a: 2, up: 7 });
    t.is(next['a']?.unit, 'By');
  });

  scenario('NaN is shown as gone, and does not make a new probe, unless that has a place', async (t, child) => {
    await show(child, [
      { name: 'known', value: 4 },
      { name: 'unknown', value: NaN },
    ]);
    await show(child, [
      { name: 'known', value: NaN },
      { name: 'unknown', value: NaN },
      { name: 'early', value: NaN, early: true },
    ]);
    const sent = await child.nextSent();
    t.is(sent['known']?.value, '-');
    t.is(sent['early']?.value, '-');
    t.false('unknown' in sent);
    t.deepEqual(await child.run((host) => [...registered(host)]), ['known', 'early']);
  });

  scenario('what is no longer in the list is shown as gone, until it comes back', async (t, child) => {
    await show(child, [
      { name: 'stays', value: 1 },
      { name: 'goes', value: 2 },
    ]);
    await show(child, [{ name: 'stays', value: 1 }]);
    t.deepEqual(pick(await child.nextSent(), 'stays', 'goes'), { stays: 1, goes: '-' });
    await show(child, [
      { name: 'stays', value: 1 },
      { name: 'goes', value: 2 },
    ]);
    t.deepEqual(pick(await child.nextSent(), 'stays', 'goes'), { stays: 1, goes: 2 });
  });

  scenario(
    "the limit on names and the short ones hold for the process's life, over stops, starts and fresh modules",
    async (t, child) => {
      const seen = await child.run((host) => {
        const probes = (host.kept as unknown as { probes: Shown }).probes;
        for (let i = 0; i < 3; i++) {
          const values = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, value: i }));
          probes.show(values, 0);
        }
        const first = [...registered(host)];
        probes.shortNames = [{ metric: 'shop.a', name: 'a', ranked: 'a' }];
        probes.stop();
        host.fresh();
        const { Probes } = host.src();
        const next = new Probes(host.io(), 4, host.logger);
        const values = ['x', 'y', 'b', 'a'].map((name) => ({ name, value: 1 }));
        next.show(values, 0);
        const second = [...registered(host)];
        next.stop();
        const short = next.shortNames;
        const more = new Probes(host.io(), 5, host.logger);
        const room = more.names;
        more.show(
          ['x', 'y', 'a'].map((name) => ({ name, value: 1 })),
          7,
        );
        return { first, second, third: [...registered(host)], short, room, full: more.names, log: host.log };
      });
      t.deepEqual(seen.first, ['a', 'b', 'c', 'd']);
      t.deepEqual(seen.second, ['b', 'a']);
      t.deepEqual(seen.third, ['x', 'a']);
      t.deepEqual(
        seen.log.map((line) => line.slice(0, 72)),
        [
          'warn 2 probes are not shown in pm2 monit: a process may have 4 probe nam',
          'warn 2 probes are not shown in pm2 monit: a process may have 4 probe nam',
          'warn 8 probes are not shown in pm2 monit: a process may have 5 probe nam',
        ],
        'once per start, those included that were not even sent here',
      );
      t.deepEqual(seen.short, [{ metric: 'shop.a', name: 'a', ranked: 'a' }]);
      t.deepEqual(seen.room, { known: ['a', 'b', 'c', 'd'], room: 1 });
      t.deepEqual(seen.full, { known: ['a', 'b', 'c', 'd', 'x'], room: 0 });
      t.regex(String(seen.log[0]), /mashroomMetrics.*probes\.perMetric.*probes\.max/);
    },
  );

  scenario("others' probes are neither changed nor taken away", async (t, child) => {
    const seen = await child.run((host) => {
      const probes = (host.kept as unknown as { probes: Shown }).probes;
      const { metrics } = host.io().metricService;
      host.io().metric({ name: 'mine' }).set(1);
      const theirs = [metrics.get('mine'), metrics.get('Heap Size')];
      const values = ['mine', 'Heap Size', 'ours'].map((name) => ({ name, value: 2 }));
      probes.show(values, 0);
      probes.show(values, 0);
      const before = values.map(({ name }) => probes.others.includes(name));
      // Later the app takes a name over.
      host.io().metric({ name: 'ours' }).set(1);
      const over = metrics.get('ours');
      const others = ['mine', 'Heap Size', 'ours'].map((name) => probes.others.includes(name));
      probes.show(values, 0);
      probes.show([], 0);
      const kept = metrics.get('mine') === theirs[0] && metrics.get('Heap Size') === theirs[1];
      probes.stop();
      return { kept, over: metrics.get('ours') === over, before, others, log: host.log };
    });
    t.deepEqual(seen.before, [true, true, false]);
    t.deepEqual(seen.others, [true, true, true]);
    t.true(seen.kept);
    t.true(seen.over);
    t.deepEqual(
      seen.log,
      ['mine', 'Heap Size', 'ours'].map(
        (name) => `warn The metric ${name} is not shown in pm2 monit: the app or PM2 has a probe of the same name`,
      ),
    );
    t.deepEqual(pick(await child.nextSent(), 'mine', 'ours'), { mine: 1, ours: 1 });
  });

  scenario("after a stop only PM2's own probes are sent, and pm2 monit shows the others as gone", async (t, child) => {
    const own = await child.run((host) => [...host.io().metricService.metrics.keys()]);
    await show(child, [
      { name: 'a', value: 1 },
      { name: 'b', value: 2 },
    ]);
    await child.nextSent();
    await child.run((host) => {
      const probes = (host.kept as unknown as { probes: Shown }).probes;
      const values = { a: 1, b: 3, 'never sent': 1 };
      probes.show(
        Object.entries(values).map(([name, value]) => ({ name, value })),
        0,
      );
      probes.stop();
      probes.stop();
      probes.show([{ name: 'a', value: 9 }], 0);
    });
    const sent = await child.nextSent();
    t.deepEqual(pick(sent, 'a', 'b', 'never sent'), {});
    t.true(await until("PM2's own", async () => 'Used Heap Size' in (await child.nextSent()) || undefined));
    t.deepEqual(pick(child.monitor, 'a', 'b', 'never sent'), { a: '-', b: '-' });
    t.deepEqual(await child.run((host) => [...host.io().metricService.metrics.keys()]), own);
    await child.run(prepare);
    await show(child, [{ name: 'a', value: 5 }]);
    t.is((await child.nextSent())['a']?.value, 5);
  });

  scenario("an io.init() of the app's own does not end the probes", async (t, child) => {
    await show(child, [{ name: 'a', value: 1 }]);
    await child.run((host) => {
      host.io().init({ catchExceptions: false, tracing: { enabled: false } });
    });
    await show(child, [{ name: 'a', value: 1 }]);
    t.is((await child.nextSent())['a']?.value, 1);
    await child.run((host) => (host.kept as unknown as { probes: Shown }).probes.stop());
    t.false('a' in (await child.nextSent()));
  });
}

interface Shown {
  readonly others: readonly string[];
  shortNames: readonly object[];
  show(values: readonly { name: string; value: number; unit?: string; early?: boolean }[], leftOut: number): void;
  stop(): void;
}

declare function registered(host: Host): Iterable<string>;

/** Called in the child. */
function prepare(host: Host): void {
  const kept = host.kept as unknown as Record<string, unknown>;
  const own = new Set(host.io().metricService.metrics.keys());
  kept['probes'] = new (host.src().Probes)(host.io(), 4, host.logger);
  Object.assign(globalThis, {
    registered: () => [...host.io().metricService.metrics.keys()].filter((name) => !own.has(name)),
  });
}

/** Sends numbers as text, since JSON has neither NaN nor infinities. */
function show(
  child: Child,
  values: readonly { name: string; value: number; unit?: string; early?: boolean }[],
): Promise<void> {
  const asText = values.map((value) => ({ ...value, value: String(value.value) }));
  return child.run((host, list) => {
    const probes = (host.kept as unknown as { probes: Shown }).probes;
    const values = list.map((value) => ({ ...value, value: Number(value.value) }));
    probes.show(values, 0);
  }, asText);
}

function pick(shown: Readonly<Record<string, { value: unknown }>>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in shown).map((name) => [name, shown[name]?.value]));
}
