/** The cluster's sums and the file that keeps them, with real worker threads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { AggregationTemporality, DataPointType } from '../../protocol/otel';
import { ClusterPool } from '../../src/server/cluster-pool';
import { ClusterSums, type Merged } from '../../src/server/cluster-sums';
import { PlainEncoder } from '../../src/server/rounds/plain-encoder';
import type { RoundResult } from '../../src/server/rounds/result';
import { StateStore } from '../../src/server/state-store';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 60_000 });
test.after.always(() => pool.stop());

function start(t: ExecutionContext): () => ClusterSums {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-sums-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const store = new StateStore({ file: join(folder, 'state'), pool });
  return () =>
    new ClusterSums({
      ...{ pool, store, rules: [], maxEndedSeries: 1000, labels: { app: 'pm2_app', instance: 'pm_id' } },
      onError: (what, error) => t.fail(`${what}: ${String(error)}`),
    });
}

let rounds = 0;

/** A round in which each run answers with its counter's value. */
async function round(values: Readonly<Record<string, number>>): Promise<RoundResult> {
  const started = ++rounds * 1000;
  const answers = Object.entries(values).map(async ([key, value], pmId) => {
    const point = {
      attributes: {},
      startTime: [1, 0] as [number, number],
      endTime: [started, 0] as [number, number],
      value,
    };
    const metric = {
      descriptor: { name: 'orders', description: '', unit: '', type: 'COUNTER', valueType: 1 },
      ...{ dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: [point] },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    };
    const data = { resource: { attributes: {} }, scopeMetrics: [{ scope: { name: 'shop' }, metrics: [metric] }] };
    const encoder = new PlainEncoder(10, { maxDataPoints: 10, maxNumbers: 10 });
    const { snapshot } = await encoder.encode(data, started);
    return {
      run: { app: 'shop', pmId, key },
      snapshot,
      form: 'plain',
      bytes: undefined,
      durationMs: 1,
      ageMs: 1,
    } as const;
  });
  const given = await Promise.all(answers);
  const processes = given.map(({ run }) => ({ run, status: 'online' }));
  return { started, durationMs: 1, processes, answers: given, silent: [], errors: {} } as unknown as RoundResult;
}

async function ordersOf(merged: Promise<Merged>): Promise<number> {
  const { parts } = await merged;
  const rendered = await pool.render({ view: 'all', parts, format: 'text' }, () => undefined);
  let text = '';
  for await (const chunk of rendered) text += String(chunk);
  return Number(/^orders_total\{.*\} (\d+)$/m.exec(text)?.[1]);
}

test('what a round adds while it is saved is saved too', async (t) => {
  const sums = start(t);
  const first = sums();
  const absorbing = first.absorb(await round({ a: 5 }));
  await first.save();
  t.is(await ordersOf(absorbing), 5);
  t.is(await ordersOf(sums().absorb(await round({ b: 1 }))), 6);
});

test('a server that ends as soon as it has begun leaves the sums as they were', async (t) => {
  const sums = start(t);
  const first = sums();
  await first.absorb(await round({ a: 5 }));
  await first.save();
  await sums().save();
  t.is(await ordersOf(sums().absorb(await round({ b: 1 }))), 6);
});

test('sums go on over rounds and servers, whichever runs end', async (t) => {
  const sums = start(t);
  let server = sums();
  for (const [values, expected] of [
    [{ a: 5, b: 2 }, 7],
    [{ a: 6 }, 8],
    [{ c: 1 }, 9],
  ] as const) {
    t.is(await ordersOf(server.absorb(await round(values))), expected);
    await server.save();
    server = sums();
  }
});
