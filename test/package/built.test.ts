/** The compiled package, as it is published, in the Node.js version that runs the tests. */
import test from 'ava';
import { join } from 'node:path';
import type { ExporterPool } from '../../src/pool/exporter-pool';
import type { SnapshotEncoder } from '../../core/encoder/encoder';
import payload from '../fixtures/resource-metrics-otel2.json';
import { built } from '../support/built';

test.before(built);

test('a compiled worker thread computes probes of a snapshot that the compiled encoder has made', async (t) => {
  const { SnapshotEncoder: Encoder } = require('../../build/core/encoder/encoder.js') as {
    SnapshotEncoder: typeof SnapshotEncoder;
  };
  const { ExporterPool: Pool } = require('../../build/src/pool/exporter-pool.js') as {
    ExporterPool: typeof ExporterPool;
  };
  const worker = join(__dirname, '../../build/workers/worker.js');
  const hold = () => () => undefined;
  const encoder = new Encoder({ maxSeries: 1000 });
  const { snapshot, problems } = await encoder.encode({
    data: payload as unknown as Parameters<SnapshotEncoder['encode']>[0]['data'],
    time: Date.now(),
    intervalMs: 10_000,
    collectMs: 1,
  });
  t.deepEqual(problems, []);

  const pool = new Pool({ worker, threads: 1, maxMemoryMb: 128, timeoutMs: 60_000, hold });
  t.teardown(() => pool.stop());
  const result = await pool.run({
    kind: 'probes',
    snapshot,
    select: ['mashroom_plugins_total', 'mashroom_http_proxy_*_connections_idle_total'],
    counters: 'total',
    perMetric: 20,
    aggregated: [],
    names: { known: [], room: 200 },
  });
  t.true(result.ok, JSON.stringify(result));
  t.deepEqual(result.ok && result.probes.map(({ name }) => name), [
    'mashroom_plugins_total',
    'mashroom_http_proxy_http_pool_connections_idle_total',
    'mashroom_http_proxy_https_pool_connections_idle_total',
  ]);
});
