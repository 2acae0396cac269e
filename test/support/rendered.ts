/** Texts of the official serializers, all release lines of them. */
import type { ResourceMetrics } from '../../core/otel';
import type { Instance } from './pm2';

export const SERIALIZERS = ['exporter-prometheus-1', '@opentelemetry/exporter-prometheus', 'exporter-prometheus-3'];

interface SerializerPackage {
  readonly PrometheusSerializer: new () => { serialize(metrics: ResourceMetrics): string };
}

export function render(serializer: string, metrics: ResourceMetrics): string {
  const { PrometheusSerializer } = require(serializer) as SerializerPackage;
  return new PrometheusSerializer().serialize(metrics);
}

/** The last collections of the host's metrics collector as text. The host renders them, so that they cross no boundary. */
export async function renderedInHost(host: Instance, serializer: string): Promise<string[]> {
  return host.ask('collected', { serializer });
}
