/** What @pm2/io's own metrics consist of, and what a `metrics` configuration means in terms of that. */
import type { PmxMetricsConfig } from '../config/config';
import type { PmxMetricService, PmxMetric } from './instance';

export type FeatureName = keyof PmxMetricsConfig;

/** A switch of a feature, such as `eventLoopDelay`. A feature without switches has one that is named as itself. */
export type Part = string;

interface PartTable {
  /** Keys of the configuration, any of which turns the part off. */
  readonly keys: readonly string[];
  /** Ids of its probes begin with one of these. Names are no use: an app may have any. */
  readonly ids: readonly string[];
  /** Whether a configuration object that does not mention the part means it. */
  readonly assumed: boolean;
}

type FeatureTable = Readonly<Record<Part, PartTable>>;

const part = (keys: readonly string[], ids: readonly string[], assumed: boolean): PartTable => ({ keys, ids, assumed });

const TABLES: Readonly<Record<FeatureName, FeatureTable>> = {
  // @pm2/io's documentation and its code have different keys for two of these.
  v8: {
    total_heap_size: part(['total_heap_size', 'heap_total_size'], ['internal/v8/heap/total'], true),
    used_heap_size: part(['used_heap_size', 'heap_used_size'], ['internal/v8/heap/used'], true),
    heap_used_percent: part(['heap_used_percent'], ['internal/v8/heap/usage'], true),
  },
  runtime: {
    gcNewPause: part(['gcNewPause'], ['internal/v8/gc/new/'], false),
    gcOldPause: part(['gcOldPause'], ['internal/v8/gc/old/'], false),
    pageFaults: part(['pageFaults'], ['internal/uv/memory/pagefault/'], false),
    contextSwitchs: part(['contextSwitchs'], ['internal/uv/cpu/contextswitch/'], false),
  },
  network: {
    upload: part(['upload'], ['internal/network/out'], false),
    download: part(['download'], ['internal/network/in'], false),
  },
  http: {
    http: part(['http'], ['internal/http/', 'internal/https/'], true),
  },
  eventLoop: {
    eventLoopActive: part(['eventLoopActive'], ['internal/libuv/requests', 'internal/libuv/handles'], false),
    eventLoopDelay: part(['eventLoopDelay'], ['internal/libuv/latency/'], true),
  },
};

/** In the order in which @pm2/io starts them, so that those that it shows keep their order. */
export const FEATURES: readonly FeatureName[] = ['eventLoop', 'http', 'network', 'v8', 'runtime'];

export function allParts(feature: FeatureName): readonly Part[] {
  return Object.keys(TABLES[feature]);
}

/** @returns `undefined` where the configuration leaves the feature as it is */
export function wantedParts(feature: FeatureName, config: PmxMetricsConfig): ReadonlySet<Part> | undefined {
  const setting = config[feature];
  if (setting === undefined || setting === null) return undefined;
  if (setting === false) return new Set();
  if (setting === true) return new Set(allParts(feature));
  const switches = setting as Readonly<Record<string, unknown>>;
  const wanted = Object.entries(TABLES[feature]).filter(([, { keys, assumed }]) => {
    const said = keys.map((key) => switches[key]).filter((value) => typeof value === 'boolean');
    return said.length > 0 ? !said.includes(false) : assumed;
  });
  return new Set(wanted.map(([name]) => name));
}

export function probesOf(service: PmxMetricService, feature: FeatureName, parts: Iterable<Part>): PmxMetric[] {
  const ids = [...parts].flatMap((name) => TABLES[feature][name]?.ids ?? []);
  return [...service.metrics.values()].filter(({ id }) => ids.some((prefix) => id?.startsWith(prefix)));
}

/** What @pm2/io shows now. */
export function activeParts(service: PmxMetricService, feature: FeatureName): ReadonlySet<Part> {
  return new Set(allParts(feature).filter((name) => probesOf(service, feature, [name]).length > 0));
}

/** The configuration of a feature that has just these parts. */
export function configOf(feature: FeatureName, parts: ReadonlySet<Part>): Readonly<Record<string, boolean>> {
  return Object.fromEntries(allParts(feature).map((name) => [name, parts.has(name)]));
}

export function sameParts(a: ReadonlySet<Part>, b: ReadonlySet<Part>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
