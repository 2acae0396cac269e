/** Warns of metrics of which OpenTelemetry's SDK has put further series into a single one: the SDK itself does not. */
import type { StateLog } from '../../core/state-log';
import { printable } from '../../core/values';

/** Metrics with a line of their own. */
const MAX_METRICS = 20;
const MAX_NAME_CHARS = 200;

/** @param metrics names, the same ones again at each collection */
export function warnOfOverflow(metrics: readonly string[], states: StateLog): void {
  for (const name of metrics.slice(0, MAX_METRICS)) {
    const shown = printable(name, MAX_NAME_CHARS);
    states.warnOnce(
      `overflow of ${shown}`,
      `OpenTelemetry has put further series of ${shown} into one, with the attribute otel.metric.overflow: the limit of its ` +
        'reader or view is reached (by default 2,000). Use fewer attribute values, raise aggregationCardinalityLimit of ' +
        'the view, cardinalitySelector of the reader, or cardinalityLimit of the collector of a Mashroom server, or use ' +
        'Pm2MetricReader, whose limit is maxSeries',
    );
  }
  const others = metrics.length - MAX_METRICS;
  if (others > 0) {
    states.warnOnce(
      'overflow of others',
      `OpenTelemetry has put further series of ${others} more metrics into one each (pm2_exporter_overflowed_metrics)`,
    );
  }
}
