/**
 * How gauges of several instances are merged where no rule of the user says it: by what their names say of them. Sums of
 * these are wrong. What none of these matches is summed: bytes, connections, queues and the like.
 *
 * The first match counts. Globs are matched with the metric's name and with its Prometheus name, in which all that is
 * neither letter nor digit is an underscore.
 */
import type { GaugeMerge, GaugeRule } from '../../protocol/tasks';

export const DEFAULT_GAUGE_RULES: readonly GaugeRule[] = [
  // The constant 1 of what describes: one series for all instances of the same description.
  ...words('max', 'info', 'build_info'),
  // No number over several instances follows from these.
  ...words('instance', 'quantile', 'percentile', 'median', 'p{50,75,90,95,99,999}', 'p{99_9,99_99}'),
  ...words('instance', 'timestamp', 'time_seconds', 'time_ms', 'time', 'uptime', 'age', 'since', 'date'),
  ...words('instance', 'status', 'state', 'version', 'generation', 'id', 'pid', 'port', 'rate'),
  ...words('max', 'max', 'maximum', 'peak', 'highest'),
  ...words('min', 'min', 'minimum', 'lowest'),
  ...words('avg', 'ratio', 'percent', 'percentage', 'pct', 'utilization', 'utilisation', 'share', 'probability'),
  ...words('avg', 'avg', 'average', 'mean', 'stddev', 'stdev', 'variance', 'load{1,5,15}', 'score'),
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

/** What such a word is or ends a name's part with, anywhere in the name. */
function words(merge: GaugeMerge, ...some: readonly string[]): GaugeRule[] {
  return some.map((word) => ({ match: `?(*_)${word}?(_*)`, merge }));
}
