/**
 * Switches @pm2/io's metrics of the HTTP servers.
 *
 * They wrap `Server.prototype.emit`. Other packages, such as OpenTelemetry's instrumentation, may have wrapped it too
 * and lie above: taking away what lies on top, as @pm2/io's `destroy()` does, would take away theirs. A wrapper whose
 * `metrics` are empty passes everything on, so that is how one is put to sleep, and how it is woken again.
 */
import { createRequire } from 'node:module';
import { isRecord } from '../../core/values';
import { featureOf, type FeatureContext, type Undo } from './feature';
import { metricServiceOf, sendGone, type PmxMetric, type PmxMetricService } from './instance';
import { allParts, probesOf } from './parts';

type Protocol = 'http' | 'https';
type Emit = ((...args: unknown[]) => unknown) & { readonly __unwrap?: () => void };
type Hook = (module: unknown, protocol: Protocol) => void;

interface HttpFeature {
  init(config: true): void;
  /** `Server.prototype` of what is wrapped. */
  readonly modules: Partial<Record<Protocol, { readonly emit: Emit } | undefined>>;
  /** What the wrappers count into: `http.meter`, `http.latency` and so on. Empty while asleep. */
  readonly metrics: Map<string, unknown>;
  /** Waits for the modules to be required. PM2 7's build wraps them at once and has none. */
  readonly hooks?: unknown;
}

const PROTOCOLS: readonly Protocol[] = ['http', 'https'];

export function switchHttp(context: FeatureContext): Undo | undefined {
  const feature = httpFeature(featureOf(context.io, 'http'));
  const on = context.wanted.size > 0;
  if (on === isOn(feature)) return undefined;
  return on ? turnOn(feature, context) : turnOff(feature, context);
}

function isOn(feature: HttpFeature): boolean {
  const wrapped = PROTOCOLS.some((protocol) => feature.modules[protocol] !== undefined);
  return wrapped ? feature.metrics.size > 0 : feature.hooks !== undefined;
}

function turnOff(feature: HttpFeature, { io, service }: FeatureContext): Undo {
  const counters = [...feature.metrics];
  const probes = takeProbes(service);
  feature.metrics.clear();
  sendGone(io, probes);
  // What is required for the first time in the meantime would come with its probes.
  const missed: Parameters<Hook>[] = [];
  const release = shadow(feature, nameOf(feature, 'hookHttp'), (...args: Parameters<Hook>) => void missed.push(args));
  return () => {
    release();
    if (metricServiceOf(io) !== service) return;
    for (const [name, counter] of counters) feature.metrics.set(name, counter);
    for (const probe of probes) if (!service.metrics.has(probe.name)) service.metrics.set(probe.name, probe);
    for (const args of missed) call(feature, 'hookHttp', ...args);
  };
}

function turnOn(feature: HttpFeature, { io, service }: FeatureContext): Undo {
  const asleep = PROTOCOLS.filter((protocol) => feature.modules[protocol] !== undefined);
  // As PM2 7's build does it. Waiting for the modules to be required would patch `require` and miss what is loaded.
  const release = shadow(feature, 'hookRequire', () => {
    const load = createRequire(__filename);
    for (const protocol of PROTOCOLS) call(feature, 'hookHttp', load(protocol), protocol);
  });
  feature.init(true);
  release();
  for (const protocol of asleep) call(feature, protocol === 'http' ? 'registerHttpMetric' : 'registerHttpsMetric');
  const wrapped = PROTOCOLS.filter((protocol) => !asleep.includes(protocol));
  const wrappers = wrapped.map((protocol) => [protocol, feature.modules[protocol]?.emit] as const);
  return () => {
    // Meters have a timer each that nothing else would end.
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
  const probes = probesOf(service, 'http', allParts('http'));
  for (const { name } of probes) service.metrics.delete(name);
  return probes;
}

/** Private methods have an underscore in PM2 7's build and none before. */
function nameOf(feature: object, method: string): string {
  return method in feature ? method : `_${method}`;
}

function call(feature: object, method: string, ...args: unknown[]): void {
  (feature as Record<string, (...args: unknown[]) => void>)[nameOf(feature, method)]?.(...args);
}

/** Puts an own property before a method of the class. @returns takes it away again */
function shadow(feature: object, name: string, method: unknown): () => void {
  Object.defineProperty(feature, name, { value: method, configurable: true });
  return () => void Reflect.deleteProperty(feature, name);
}

function httpFeature(feature: Record<string, unknown>): HttpFeature {
  const { init, modules, metrics } = feature;
  const known = typeof init === 'function' && isRecord(modules) && metrics instanceof Map;
  if (!known || typeof feature[nameOf(feature, 'hookHttp')] !== 'function') throw new Error('no switch');
  return feature as unknown as HttpFeature;
}
