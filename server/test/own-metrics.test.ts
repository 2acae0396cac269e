import test from 'ava';
import { ownMetrics } from '../src/own-metrics';
import { readProcessList } from '../src/pm2/process-list';
import { PlainEncoder } from '../src/rounds/messages/plain-encoder';
import { ErrorCounts, type RoundResult } from '../src/rounds/result';
import { encode } from '../../test/core/encoder/collections';
import { render, SERIALIZERS } from '../../test/support/rendered';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';

const STARTED = 1_795_000_010_000;
const env = {
  status: 'online',
  pm_uptime: STARTED - 9_000,
  restart_time: 2,
  max_memory_restart: 5000,
  axm_monitor: { 'Heap Size': { value: '5.5MiB' } },
};

async function sample(): Promise<RoundResult> {
  const processes = readProcessList([
    { pm_id: 0, name: 'shop', pid: 1, pm2_env: env, monit: { cpu: 12.5, memory: 1000 } },
    { pm_id: 1, name: 'shop', pid: 0, pm2_env: { ...env, status: 'stopped', axm_monitor: {} } },
  ]);
  const snapshot = await encode(new SnapshotEncoder({ maxSeries: 10 }));
  const errors = new ErrorCounts();
  errors.add('late');
  const runs = processes.map(({ run }) => run);
  const [first, second] = runs as [(typeof runs)[0], (typeof runs)[0]];
  return {
    round: 1,
    started: STARTED,
    durationMs: 1000,
    processes,
    answers: [
      {
        run: first,
        snapshot: { ...snapshot, stats: { ...snapshot.stats, forgottenSeries: 5 } },
        bytes: 300,
        durationMs: 250,
        ageMs: 4000,
      },
    ],
    leaving: [],
    blocked: [{ run: second, since: STARTED - 6000, stack: undefined }],
    silent: [{ run: second, reason: 'blocked', message: '', last: { snapshot, ageMs: 8000 } }],
    errors: errors.totals,
  };
}

const options = {
  labels: { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' },
  monitor: true,
  since: STARTED - 60_000,
  store: { writeErrors: 3 },
};

function lines(metrics: ResourceMetrics, serializer = 'exporter-prometheus-1'): string[] {
  // Later releases add a label for the scope.
  return render(serializer, metrics)
    .split('\n')
    .map((line) => line.replace(/,otel_scope_name="[^"]*"/, '').replace(/otel_scope_name="[^"]*",?/, ''));
}

for (const serializer of SERIALIZERS) {
  test(`metrics of instances and processes follow the conventions of Prometheus in the text of ${serializer}`, async (t) => {
    const text = lines(ownMetrics(await sample(), options), serializer);
    const shown = new Set(text.map((line) => line.replace(/ \d{13}$/, '')));
    for (const line of [
      '# TYPE pm2_up gauge',
      '# TYPE pm2_state_write_errors_total counter',
      'pm2_up{pm2_app="shop",pm_id="0"} 1',
      'pm2_up{pm2_app="shop",pm_id="1"} 0',
      'pm2_scrape_duration_seconds{pm2_app="shop",pm_id="0"} 0.25',
      'pm2_snapshot_age_seconds{pm2_app="shop",pm_id="0"} 4',
      'pm2_snapshot_age_seconds{pm2_app="shop",pm_id="1"} 8',
      '# TYPE pm2_event_loop_blocked_seconds gauge',
      'pm2_event_loop_blocked_seconds{pm2_app="shop",pm_id="0"} 0',
      'pm2_event_loop_blocked_seconds{pm2_app="shop",pm_id="1"} 7',
      'pm2_payload_bytes{pm2_app="shop",pm_id="0"} 300',
      'pm2_series{pm2_app="shop",pm_id="0"} 0',
      '# TYPE pm2_forgotten_series_total counter',
      'pm2_forgotten_series_total{pm2_app="shop",pm_id="0"} 5',
      '# TYPE pm2_errors_total counter',
      'pm2_errors_total{kind="late"} 1',
      'pm2_errors_total{kind="malformed"} 0',
      'pm2_process_cpu_ratio{pm2_app="shop",pm_id="0"} 0.125',
      'pm2_process_resident_memory_bytes{pm2_app="shop",pm_id="0"} 1000',
      'pm2_process_memory_limit_bytes{pm2_app="shop",pm_id="0"} 5000',
      '# TYPE pm2_process_restarts_total counter',
      'pm2_process_restarts_total{pm2_app="shop",pm_id="1"} 2',
      'pm2_process_start_time_seconds{pm2_app="shop",pm_id="0"} 1795000001',
      'pm2_process_uptime_seconds{pm2_app="shop",pm_id="0"} 10',
      'pm2_process_status{pm2_app="shop",pm_id="0",status="online"} 1',
      'pm2_process_status{pm2_app="shop",pm_id="1",status="online"} 0',
      'pm2_process_status{pm2_app="shop",pm_id="1",status="stopped"} 1',
      'pm2_axm_monitor{pm2_app="shop",pm_id="0",name="Heap Size"} 5.5',
    ]) {
      t.true(shown.has(line), line);
    }
    t.true(text.some((line) => /^pm2_state_write_errors_total(\{\})? 3\b/.test(line)));
    // For a stopped process, PM2 lists the start of its last run.
    t.false(text.some((line) => /^pm2_process_(uptime|start_time)_seconds\{.*pm_id="1"/.test(line)));
  });
}

test('labels have the configured names, and values of pm2 monit are left out if so configured', async (t) => {
  const text = lines(
    ownMetrics(await sample(), {
      ...options,
      labels: { app: 'app', namespace: 'namespace', instance: 'instance_id' },
      monitor: false,
    }),
  );
  t.true(text.some((line) => line.startsWith('pm2_up{app="shop",instance_id="0"} 1')));
  t.false(text.some((line) => line.includes('axm_monitor')));
});

test("all of the server's own metrics are encoded", async (t) => {
  const metrics = ownMetrics(await sample(), options);
  const points = metrics.scopeMetrics.flatMap((scope) => scope.metrics.flatMap(({ dataPoints }) => dataPoints));
  const { snapshot } = await new PlainEncoder(1000, { maxDataPoints: 1000, maxNumbers: 1000 }).encode(metrics, 1);
  t.is(snapshot.stats.series, points.length);
  t.is(snapshot.stats.droppedSeries, 0);
  t.is(snapshot.time, STARTED + 1000);
});
