import test from 'ava';
import { DEFAULT_METRICS } from '../../../src/config/default-metrics';
import { BY_HAND, tellingName } from '../../../workers/probes/telling-name';

const NAMES: readonly (readonly [metric: string, name: string])[] = [
  ['http.server.request.duration', 'request'],
  ['http_requests_total', 'request'],
  ['mashroom_http_requests_total', 'request'],
  ['nodejs_heap_size_used_bytes', 'heapUse'],
  ['v8js.memory.heap.used', 'heapUse'],
  ['nodejs_eventloop_lag_p99_seconds', 'lagP99'],
  ['process_cpu_user_seconds_total', 'cpuUser'],
  ['process_resident_memory_bytes', 'memory'],
  ['nodejs_active_handles_total', 'handles'],
  ['nodejs_gc_duration_seconds', 'gc'],
  ['shopOrdersPerMinute', 'minute'],
  ['HTTPSErrors', 'errors'],
  ['process.cpu.utilization', 'cpu'],
  ['jobs', 'jobs'],
  ['a.b', 'a.b'],
  ['http.server.duration', 'server'],
  ['process_info', 'process'],
  ['____', '____'],
  ['_________', 'metric'],
  ['', 'metric'],
];

for (const [metric, name] of NAMES) test(`${metric} is called ${name}`, (t) => t.is(tellingName(metric), name));

test('each metric that a Mashroom server shows by default has a name written by hand, which fits', (t) => {
  const metrics = DEFAULT_METRICS.filter((entry) => typeof entry === 'string');
  t.deepEqual(Object.keys(BY_HAND), metrics);
  for (const name of metrics.map(tellingName)) t.regex(name, /^[a-z./]{1,7}$/);
});

test('such names differ with a rank behind them too, but for those of other versions of Mashroom', (t) => {
  const former = /remote_apps|https_proxy_/;
  const names = Object.keys(BY_HAND)
    .filter((metric) => !former.test(metric))
    .map((metric) => tellingName(metric).slice(0, 5));
  t.is(new Set(names).size, names.length, names.join());
});
