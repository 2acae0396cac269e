/**
 * How gauges of several instances are merged if no rule of the user matches: by words in their names. For all of these, a sum
 * would be wrong. Gauges that none of these rules matches are summed: bytes, connections, queues and the like.
 *
 * The first match counts. Globs are matched with the metric's name and with its Prometheus name, in which every character
 * that is neither a letter nor a digit is an underscore.
 */
import type { GaugeMerge, GaugeRule } from '../../../protocol/tasks';

export const DEFAULT_GAUGE_RULES: readonly GaugeRule[] = [
  // The constant 1, whose labels describe something: one series for all instances with the same labels.
  ...words('max', 'info', 'build_info'),
  // The host's, or what each process has configured in the same way: the same number in all instances.
  ...words('max', 'limit', 'limits', 'quota', 'threshold', 'system_memory_usage'),
  ...words(
    'max',
    'mashroom_plugins',
    'mashroom_remote_apps',
    'mashroom_remote_app_endpoints',
    'mashroom_background_jobs_total',
  ),
  // No number of the whole app can be derived from these.
  ...words('instance', 'quantile', 'percentile', 'median', 'p{50,75,90,95,99,999}', 'p{99_9,99_99}'),
  ...words(
    'instance',
    'timestamp',
    'time_seconds',
    'time_ms',
    'time',
    'uptime',
    'age',
    'since',
    'date',
    'expiry',
    'expires',
    'epoch',
    'mtime',
  ),
  ...words('instance', 'status', 'state', 'version', 'release', 'revision', 'generation', 'id', 'pid', 'port', 'rate'),
  ...words('max', 'max', 'maximum', 'peak', 'highest'),
  ...words('min', 'min', 'minimum', 'lowest'),
  ...words(
    'avg',
    'ratio',
    'percent',
    'percentage',
    'pct',
    'utilization',
    'utilisation',
    'share',
    'fraction',
    'saturation',
    'probability',
  ),
  ...words('avg', 'avg', 'average', 'mean', 'stddev', 'stdev', 'variance', 'load', 'load{1,5,15}', 'score'),
  ...words(
    'avg',
    'temperature',
    'celsius',
    'fahrenheit',
    'kelvin',
    'humidity',
    'voltage',
    'volts',
    'hertz',
    'frequency',
  ),
  ...words('avg', 'lag', 'delay', 'latency', 'duration', 'interval', 'timeout', 'seconds', 'milliseconds', 'ms'),
];

/** Rules for names that have one of these words between underscores, at their beginning or at their end. */
function words(merge: GaugeMerge, ...some: readonly string[]): GaugeRule[] {
  return some.map((word) => ({ match: `?(*_)${word}?(_*)`, merge }));
}
