/** How a snapshot becomes probes, through a real worker thread. */
import test, { type ExecutionContext } from 'ava';
import type { Snapshot } from '../../core/snapshot';
import type { ProbeValue, Task, TaskResult } from '../../protocol/tasks';
import type { MetricEntry } from '../../src/config/metric-entry';
import { readConfig } from '../../src/config/read-config';
import { ExporterPool } from '../../src/pool/exporter-pool';
import { ProbeFeed } from '../../src/probes/feed';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { StateLog } from '../../core/state-log';
import { collected, counter, point, series } from '../core/encoder/collections';
import { WORKER } from '../support/exporter-pool';
import { until } from '../support/until';

class CountingPool extends ExporterPool {
  tasks = 0;
  /** Number of snapshots that tasks hold. */
  held = 0;
  /** Whether the worker gets a task that it does not know. */
  failing = false;

  constructor() {
    const hold = (): (() => void) => {
      this.held++;
      return () => {
        this.held--;
      };
    };
    super({ threads: 1, maxMemoryMb: 256, timeoutMs: 60_000, worker: WORKER, hold });
  }

  override run<T extends Task>(task: T): Promise<TaskResult<T>> {
    this.tasks++;
    return super.run(this.failing ? { ...task, kind: 'odd' as never } : task);
  }
}

const pool = new CountingPool();
test.after.always(() => pool.stop());

interface Bench {
  readonly feed: ProbeFeed;
  readonly shown: readonly (readonly ProbeValue[])[];
  readonly log: readonly string[];
  readonly held: () => number;
  snapshot(count: number, intervalMs?: number, name?: string): Promise<Snapshot>;
  idle(): Promise<unknown>;
}

interface BenchOptions {
  readonly show?: (times: number) => void;
  readonly mashroomMetrics?: readonly MetricEntry[];
  readonly names?: 'short' | 'full';
  readonly others?: readonly string[];
  readonly workers?: Pick<ExporterPool, 'run'>;
}

function setUp(t: ExecutionContext, options: BenchOptions = {}): Bench {
  const { show, mashroomMetrics = ['c'], names = 'full', others = [], workers = pool } = options;
  const log: string[] = [];
  const note = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const { config } = readConfig({ mashroomMetrics, probes: { perMetric: 2, names } });
  const encoder = new SnapshotEncoder({ maxSeries: 3 });
  const shown: (readonly ProbeValue[])[] = [];
  const feed = new ProbeFeed({
    pool: workers,
    config,
    states: new StateLog(logger),
    probes: {
      names: { known: [], room: 100 },
      others,
      shortNames: [],
      show(probes) {
        show?.(shown.push(probes));
        if (show === undefined) shown.push(probes);
      },
    },
  });
  t.teardown(() => feed.stop());
  return {
    feed,
    shown,
    log,
    held: () => pool.held,
    async snapshot(count, intervalMs = config.intervalMs, name = 'c') {
      const points = series(count).map((attributes) => point(attributes, count));
      return (await encoder.encode({ ...collected(counter(name, points)), intervalMs })).snapshot;
    },
    idle: () => until('the end of the work', () => (pool.held === 0 ? true : undefined)),
  };
}

test.serial(
  'the probes that the worker computes are shown, and those of the exporter only where it differs from its configuration',
  async (t) => {
    const { feed, shown, idle, snapshot } = setUp(t);
    feed.update(await snapshot(1));
    await idle();
    t.deepEqual(shown, [[{ name: 'c[id=0]', value: 1 }]]);
    feed.update(await snapshot(4, 12_500));
    await idle();
    t.deepEqual(shown[1]?.slice(-2), [
      { name: 'pm2_exporter_interval_seconds', value: 12.5, unit: 's' },
      { name: 'pm2_exporter_dropped_series', value: 1 },
    ]);
  },
);

test.serial('metrics of which OpenTelemetry has put series into one are counted in a probe', async (t) => {
  const { feed, shown, idle } = setUp(t);
  const points = [point({ id: 0 }, 1), point({ 'otel.metric.overflow': true }, 5)];
  const { snapshot } = await new SnapshotEncoder({ maxSeries: 3 }).encode(collected(counter('c', points)));
  feed.update(snapshot);
  await idle();
  t.deepEqual(shown[0]?.at(-1), { name: 'pm2_exporter_overflowed_metrics', value: 1 });
});

test.serial('of the snapshots that come while one is worked on only the latest counts', async (t) => {
  const { feed, shown, idle, snapshot, held } = setUp(t);
  const before = pool.tasks;
  const one = await snapshot(1);
  const other = await snapshot(2);
  for (const each of [one, other, one, other, one, other]) feed.update(each);
  await until('both', () => (shown.length === 2 ? true : undefined));
  await idle();
  t.is(pool.tasks - before, 2);
  t.deepEqual(
    shown.map((probes) => probes.length),
    [1, 2],
  );
  t.is(held(), 0);
});

test.serial('a metric that was once shown as its aggregate stays one, which is logged once', async (t) => {
  const { feed, shown, log, idle, snapshot } = setUp(t);
  for (const count of [3, 3, 1]) {
    feed.update(await snapshot(count));
    await idle();
  }
  t.is(shown.length, 3);
  const names = shown.map((probes) => probes.map(({ name }) => name).join());
  t.is(new Set(names).size, 1, names.join(' '));
  t.deepEqual(log, [
    'warn pm2 monit shows c as its aggregate, since it has more than 2 series (probes.perMetric). ' +
      'Raise probes.perMetric to see its series',
  ]);
});

test.serial('a worker that fails is one log line, and another one when it works again', async (t) => {
  const { feed, shown, log, idle, snapshot } = setUp(t);
  t.teardown(() => (pool.failing = false));
  for (const failing of [false, true, true, true, false]) {
    pool.failing = failing;
    feed.update(await snapshot(1));
    await idle();
  }
  t.deepEqual(log, [
    'warn Updating the probes in pm2 monit does not work, so they keep their last numbers: unknown task "odd" (INTERNAL)',
    'info Updating the probes in pm2 monit works again',
  ]);
  t.is(shown.length, 2);
});

test.serial('an error while probes are shown is logged, and the next probes are shown', async (t) => {
  const { feed, shown, log, idle, snapshot } = setUp(t, {
    show(times) {
      if (times === 1) throw new Error('a defect');
    },
  });
  for (let i = 0; i < 2; i++) {
    feed.update(await snapshot(1));
    await idle();
  }
  await until('the second', () => shown[1]);
  await until('the log', () => log[1]);
  t.deepEqual(log, [
    'warn Updating the probes in pm2 monit does not work, so they keep their last numbers: a defect',
    'info Updating the probes in pm2 monit works again',
  ]);
});

test.serial('after the stop nothing is shown or logged', async (t) => {
  const { feed, shown, log, idle, snapshot } = setUp(t);
  feed.update(await snapshot(1));
  feed.stop();
  await idle();
  feed.update(await snapshot(1));
  await idle();
  t.deepEqual([shown.length, log.length], [0, 0]);
});

test.serial('old numbers are shown with their age until there are new ones', async (t) => {
  const { feed, shown, snapshot } = setUp(t);
  feed.showAge(20_000);
  t.is(shown.length, 0);
  feed.update(await snapshot(1));
  const [first] = await until('the probes', () => (shown.length === 1 ? shown : undefined));
  feed.showAge(61_499);
  t.deepEqual(shown[1], [...(first ?? []), { name: 'pm2_exporter_snapshot_age_seconds', value: 61, unit: 's' }]);
  feed.update(await snapshot(1));
  await until('the probes', () => (shown.length === 3 ? true : undefined));
  t.false(shown[2]?.some(({ name }) => name.includes('age')));
  feed.stop();
  feed.showAge(90_000);
  t.is(shown.length, 3);
});

test.serial(
  'an entry of mashroomMetrics that matches nothing is told once, after snapshots with metrics',
  async (t) => {
    const { feed, log, idle, snapshot } = setUp(t, { mashroomMetrics: ['c', 'many_*', 'm*'] });
    const lines: number[] = [];
    for (const count of [0, 0, 0, 1, 1, 1, 1, 1]) {
      feed.update(await snapshot(count, 10_000, 'many.more'));
      await idle();
      lines.push(log.length);
    }
    t.deepEqual(lines, [0, 0, 0, 0, 0, 1, 1, 1]);
    t.regex(log[0] ?? '', /^warn No metric .* of mashroomMetrics: "many_\*" \(there is many\.more\)\. pm2 monit/);
  },
);

test.serial(
  'short names stay, after a worker was replaced too, and queries and the probes of others keep theirs',
  async (t) => {
    const query: MetricEntry = { metric: 'x', as: 'max', name: 'c 1' };
    let thread = new CountingPool();
    t.teardown(() => thread.stop());
    const { feed, shown, snapshot } = setUp(t, {
      names: 'short',
      mashroomMetrics: ['*', query],
      others: ['d'],
      workers: { run: (task) => thread.run(task) },
    });
    const lists: string[][] = [];
    for (const name of ['c', 'd', 'shop.d.e.errors_total', 'c']) {
      feed.update(await snapshot(2, 10_000, name));
      const list = await until('the rows', () => shown[lists.length]);
      lists.push(list.filter(({ value }) => !Number.isNaN(value)).map((probe) => probe.name));
      await thread.stop();
      thread = new CountingPool();
    }
    t.deepEqual(lists, [
      ['c2', 'c2 1', 'c2 2'],
      ['d2', 'd2 1', 'd2 2'],
      ['errors', 'error 1', 'error 2'],
      ['c2', 'c2 1', 'c2 2'],
    ]);
  },
);

test.serial('what the exporter shows of itself has short names too, with the full ones behind', async (t) => {
  const query: MetricEntry = { metric: 'x', as: 'max', name: 'age' };
  const { feed, shown, idle, snapshot } = setUp(t, { names: 'short', mashroomMetrics: [query] });
  feed.update(await snapshot(4, 12_500));
  await idle();
  feed.showAge(50_000);
  t.deepEqual(
    shown[1]?.slice(1).map(({ name, value, unit }) => [name, value, unit]),
    [
      ['every', 12.5, 's pm2_exp…interval_seconds'],
      ['dropped', 1, 'pm2_exp…dropped_series'],
      ['age2', 50, 's pm2_expo…shot_age_seconds'],
    ],
  );
});
