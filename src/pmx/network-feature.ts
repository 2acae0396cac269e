/**
 * Switches the metrics of network traffic, with a meter of our own behind @pm2/io's probes.
 *
 * @pm2/io's own meter of what comes in adds a listener to a socket at every read (903 after 300 requests over one
 * connection) and counts each chunk once per listener; none of its patches can be taken back.
 */
import type { FeatureContext, Undo } from './feature';
import { metricServiceOf, sendGone, type PmxGauge, type PmxMetric } from './instance';
import { activeParts, allParts, probesOf, type Part } from './parts';
import { TrafficMeter } from './traffic-meter';

/** As @pm2/io names them. */
const PROBES: Readonly<Record<Part, { readonly name: string; readonly id: string }>> = {
  upload: { name: 'Network Out', id: 'internal/network/out' },
  download: { name: 'Network In', id: 'internal/network/in' },
};

export function switchNetwork(context: FeatureContext): Undo | undefined {
  const { io, service, wanted, logger } = context;
  const before = activeParts(service, 'network');
  // Their patches stay, as nothing can be done about them, but they no longer show anything.
  const hidden = probesOf(
    service,
    'network',
    allParts('network').filter((part) => before.has(part) && !wanted.has(part)),
  );
  for (const { name } of hidden) service.metrics.delete(name);
  sendGone(io, hidden);

  const gauges = new Map<Part, PmxGauge>();
  for (const part of wanted) {
    const probe = PROBES[part];
    if (probe === undefined || before.has(part)) continue;
    if (service.metrics.has(probe.name)) {
      logger.warn(`${probe.name} of pmxMetrics is not shown: there is a probe of that name which is not ours`);
      continue;
    }
    gauges.set(part, io.metric({ ...probe, historic: true, unit: 'kb/s' }));
  }
  if (hidden.length === 0 && gauges.size === 0) return undefined;

  const meter =
    gauges.size === 0
      ? undefined
      : new TrafficMeter(({ read, written }) => {
          gauges.get('download')?.set(kilobytes(read));
          gauges.get('upload')?.set(kilobytes(written));
        });
  return () => {
    meter?.stop();
    if (metricServiceOf(io) !== service) return;
    const ours: PmxMetric[] = [...service.metrics.values()].filter(({ implementation }) =>
      [...gauges.values()].includes(implementation as PmxGauge),
    );
    for (const { name } of ours) service.metrics.delete(name);
    sendGone(io, ours);
    for (const probe of hidden) if (!service.metrics.has(probe.name)) service.metrics.set(probe.name, probe);
  };
}

function kilobytes(bytes: number): number {
  return Math.floor((bytes / 1024) * 1000) / 1000;
}
