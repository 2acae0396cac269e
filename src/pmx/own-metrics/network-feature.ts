/**
 * The switches of the network metrics, with our own meter behind the probes that @pm2/io has for them.
 *
 * @pm2/io's meter of incoming bytes adds a listener to a socket at every read (903 listeners after 300 requests over one
 * connection) and counts each chunk once per listener. None of its patches can be removed.
 */
import { metricServiceOf, sendGone, type PmxGauge, type PmxMetric } from '../io';
import type { FeatureContext, Restore } from './feature';
import { activeSwitches, probesOf, switchesOf, type Switch } from './switches';
import { TrafficMeter } from './traffic-meter';

/** With the names that @pm2/io uses. */
const PROBES: Readonly<Record<Switch, { readonly name: string; readonly id: string }>> = {
  upload: { name: 'Network Out', id: 'internal/network/out' },
  download: { name: 'Network In', id: 'internal/network/in' },
};

export function setNetworkSwitches(context: FeatureContext): Restore | undefined {
  const { io, service, wanted, logger } = context;
  const before = activeSwitches(service, 'network');
  // @pm2/io's patches cannot be removed, but its probes can.
  const unwanted = switchesOf('network').filter((name) => before.has(name) && !wanted.has(name));
  const hidden = probesOf(service, 'network', unwanted);
  for (const { name } of hidden) service.metrics.delete(name);
  sendGone(io, hidden);

  const gauges = new Map<Switch, PmxGauge>();
  for (const name of wanted) {
    const probe = PROBES[name];
    if (probe === undefined || before.has(name)) continue;
    if (service.metrics.has(probe.name)) {
      logger.warn(`pmxMetrics.network.${name} has no effect: the app has a probe of the same name, ${probe.name}`);
      continue;
    }
    gauges.set(name, io.metric({ ...probe, historic: true, unit: 'kb/s' }));
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
