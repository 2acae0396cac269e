/** Names the service as PM2 names the app, where OpenTelemetry has no name. */
import type { ResourceMetrics } from '../../core/otel';
import type { CompositeSource } from '../collect/sources/composite';
import type { MetricsSource } from '../collect/sources/source';

const KEY = 'service.name';

/**
 * The app's own resource stays as it is: other exporters of the app show what they have shown.
 *
 * @param nameNow returns `undefined` where nothing is to be named
 */
export function withServiceName(source: CompositeSource, nameNow: () => string | undefined): MetricsSource {
  const named = (data: ResourceMetrics): ResourceMetrics => {
    const name = nameNow();
    const { attributes } = data.resource;
    const own = attributes[KEY];
    // The SDK's name for a service that has none.
    const isNamed = typeof own === 'string' && !own.startsWith('unknown_service');
    if (name === undefined || isNamed) return data;
    return { ...data, resource: { ...data.resource, attributes: { ...attributes, [KEY]: name } } };
  };
  return {
    accumulates: true,
    provider: () => source.provider(),
    collect: async () => named(await source.collect()),
    collectNow: () => named(source.collectNow()),
    accept: () => source.accept(),
  };
}
