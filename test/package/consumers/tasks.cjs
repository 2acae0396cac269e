// Gives the installed package's worker thread one task of each kind: it has to find all that it needs.
const path = require('node:path');
const folder = path.dirname(require.resolve('@mashroom/mashroom-monitoring-pm2-exporter/package.json'));
const { SnapshotEncoder } = require(path.join(folder, 'dist/src/snapshot/encoder.js'));
const { WorkerPool } = require(path.join(folder, 'dist/src/pool/worker-pool.js'));

const dataPoints = [{ attributes: { route: '/' }, startTime: [1, 0], endTime: [2, 0], value: 3 }];
const metric = { descriptor: { name: 'visits' }, dataPointType: 2, aggregationTemporality: 1, dataPoints };
const data = { resource: { attributes: {} }, scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }] };

async function main() {
  const encoder = new SnapshotEncoder({ maxSeries: 10 });
  const { snapshot } = await encoder.encode({ data, time: Date.now(), intervalMs: 1000, collectMs: 1 });
  const pool = new WorkerPool({ threads: 1, maxMemoryMb: 128, timeoutMs: 60_000 });
  const names = { known: [], room: 10 };
  const look = { select: ['vis*'], counters: 'total', perMetric: 20, aggregated: [], names };
  const reply = {
    kind: 'reply',
    snapshot,
    recipients: [{ pmId: 0 }],
    from: '1',
    daemon: { kind: 'path', path: path.join(__dirname, 'nobody.sock') },
    timeoutMs: 500,
    served: new Int32Array(new SharedArrayBuffer(4)),
  };
  const results = [
    await pool.run({ kind: 'probes', snapshot, ...look }),
    await pool.run({ ...reply, form: { kind: 'resource-metrics' } }),
    await pool.run({ ...reply, form: { kind: 'snapshot', have: [] } }),
  ];
  await pool.stop();
  console.log(JSON.stringify(results));
}

void main();
