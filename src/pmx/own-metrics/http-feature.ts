/**
 * The switch of @pm2/io's metrics of the HTTP servers.
 *
 * @pm2/io wraps `Server.prototype.emit`. Other packages, such as OpenTelemetry's instrumentation, may wrap it too, above
 * @pm2/io's wrapper. @pm2/io's `destroy()` removes the outermost wrapper, which would be the one of the other package.
 * A wrapper whose `metrics` are empty passes everything on, so emptying `metrics` turns it off and filling them turns
 * it on again.
 */
import { isRecord } from '../../../core/values';
import { createRequire } from 'node:module';
import { metricServiceOf, sendGone, type PmxMetric, type PmxMetricService } from '../io';
import { featureOf, type FeatureContext, type Restore } from './feature';
import { probesOf, switchesOf } from './switches';

type Protocol = 'http' | 'https';
type Emit = ((...args: unknown[]) => unknown) & { readonly __unwrap?: () => void };
type Hook = (module: unknown, protocol: Protocol) => void;

interface HttpFeature {
  init(config: true): void;
  /** `Server.prototype` of each wrapped module. */
  readonly modules: Partial<Record<Protocol, { readonly emit: Emit } | undefined>>;
  /** The counters of the wrappers: `http.meter`, `http.latency` and so on. Empty while the switch is off. */
  readonly metrics: Map<string, unknown>;
  /** Wraps the modules when the app requires them. PM2 7's build has none: it wraps them immediately. */
  readonly hooks?: unknown;
}

const PROTOCOLS: readonly Protocol[] = ['http', 'https'];

export function setHttpSwitch(context: FeatureContext): Restore | undefined {
  const feature = httpFeature(featureOf(context.io, 'http'));
  const on = context.wanted.size > 0;
  if (on === isOn(feature)) return undefined;
  return on ? turnOn(feature, context) : turnOff(feature, context);
}

function isOn(feature: HttpFeature): boolean {
  const wrapped = PROTOCOLS.some((protocol) => feature.modules[protocol] !== undefined);
  return wrapped ? feature.metrics.size > 0 : feature.hooks !== undefined;
}

function turnOff(feature: HttpFeature, { io, service }: FeatureContext): Restore {
  const counters = [...feature.metrics];
  const probes = takeProbes(service);
  feature.metrics.clear();
  sendGone(io, probes);
  // Delay the hooks of modules that the app requires from now on: a hook would register probes.
  const delayed: Parameters<Hook>[] = [];
  const release = shadow(feature, nameOf(feature, 'hookHttp'), (...args: Parameters<Hook>) => void delayed.push(args));
  return () => {
    release();
    if (metricServiceOf(io) !== service) return;
    for (const [name, counter] of counters) feature.metrics.set(name, counter);
    for (const probe of probes) if (!service.metrics.has(probe.name)) service.metrics.set(probe.name, probe);
    for (const args of delayed) call(feature, 'hookHttp', ...args);
  };
}

function turnOn(feature: HttpFeature, { io, service }: FeatureContext): Restore {
  const wrappedBefore = PROTOCOLS.filter((protocol) => feature.modules[protocol] !== undefined);
  // Wrap the modules immediately, as PM2 7's build does. The hooks of the other builds patch `require` and miss modules
  // that are loaded already.
  const release = shadow(feature, 'hookRequire', () => {
    const load = createRequire(__filename);
    for (const protocol of PROTOCOLS) call(feature, 'hookHttp', load(protocol), protocol);
  });
  feature.init(true);
  release();
  for (const protocol of wrappedBefore)
    call(feature, protocol === 'http' ? 'registerHttpMetric' : 'registerHttpsMetric');
  const wrapped = PROTOCOLS.filter((protocol) => !wrappedBefore.includes(protocol));
  const wrappers = wrapped.map((protocol) => [protocol, feature.modules[protocol]?.emit] as const);
  return () => {
    // Each meter has a timer that nothing else ends.
    for (const counter of feature.metrics.values()) if (isRecord(counter)) clearInterval(counter['_interval'] as never);
    feature.metrics.clear();
    for (const [protocol, wrapper] of wrappers) {
      if (wrapper?.__unwrap === undefined || feature.modules[protocol]?.emit !== wrapper) continue;
      wrapper.__unwrap();
      feature.modules[protocol] = undefined;
    }
    if (metricServiceOf(io) === service) sendGone(io, takeProbes(service));
  };
}

function takeProbes(service: PmxMetricService): PmxMetric[] {
  const probes = probesOf(service, 'http', switchesOf('http'));
  for (const { name } of probes) service.metrics.delete(name);
  return probes;
}

/** Private methods begin with an underscore in PM2 7's build only. */
function nameOf(feature: object, method: string): string {
  return method in feature ? method : `_${method}`;
}

function call(feature: object, method: string, ...args: unknown[]): void {
  (feature as Record<string, (...args: unknown[]) => void>)[nameOf(feature, method)]?.(...args);
}

/** Hides a method of the class behind an own property. @returns removes the property */
function shadow(feature: object, name: string, method: unknown): () => void {
  Object.defineProperty(feature, name, { value: method, configurable: true });
  return () => void Reflect.deleteProperty(feature, name);
}

function httpFeature(feature: Record<string, unknown>): HttpFeature {
  const { init, modules, metrics } = feature;
  const known = typeof init === 'function' && isRecord(modules) && metrics instanceof Map;
  if (!known || typeof feature[nameOf(feature, 'hookHttp')] !== 'function') {
    throw new Error('the feature has no init(), modules, metrics or hookHttp()');
  }
  return feature as unknown as HttpFeature;
}
