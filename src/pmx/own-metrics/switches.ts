/** The switches of @pm2/io's own metrics, and which of them a `pmxMetrics` configuration turns on. */
import type { PmxMetricsConfig } from '../../config/config';
import type { PmxMetricService, PmxMetric } from '../io';

export type FeatureName = keyof PmxMetricsConfig;

/** A part of a feature that is on or off, such as `eventLoopDelay`. `http` has one switch, with its own name. */
export type Switch = string;

interface SwitchTable {
  /** Keys of the configuration, any of which turns the switch off. */
  readonly keys: readonly string[];
  /** How the ids of its probes begin. Names are no criterion: an app may use any. */
  readonly ids: readonly string[];
  /** Whether it is on where a configuration object does not mention it. */
  readonly onByDefault: boolean;
}

type FeatureTable = Readonly<Record<Switch, SwitchTable>>;

const table = (keys: readonly string[], ids: readonly string[], onByDefault: boolean): SwitchTable => ({
  keys,
  ids,
  onByDefault,
});

const TABLES: Readonly<Record<FeatureName, FeatureTable>> = {
  // @pm2/io's documentation and its code have different keys for two of these.
  v8: {
    total_heap_size: table(['total_heap_size', 'heap_total_size'], ['internal/v8/heap/total'], true),
    used_heap_size: table(['used_heap_size', 'heap_used_size'], ['internal/v8/heap/used'], true),
    heap_used_percent: table(['heap_used_percent'], ['internal/v8/heap/usage'], true),
  },
  runtime: {
    gcNewPause: table(['gcNewPause'], ['internal/v8/gc/new/'], false),
    gcOldPause: table(['gcOldPause'], ['internal/v8/gc/old/'], false),
    pageFaults: table(['pageFaults'], ['internal/uv/memory/pagefault/'], false),
    contextSwitchs: table(['contextSwitchs'], ['internal/uv/cpu/contextswitch/'], false),
  },
  network: {
    upload: table(['upload'], ['internal/network/out'], false),
    download: table(['download'], ['internal/network/in'], false),
  },
  http: {
    http: table(['http'], ['internal/http/', 'internal/https/'], true),
  },
  eventLoop: {
    eventLoopActive: table(['eventLoopActive'], ['internal/libuv/requests', 'internal/libuv/handles'], false),
    eventLoopDelay: table(['eventLoopDelay'], ['internal/libuv/latency/'], true),
  },
};

/** In the order in which @pm2/io starts them, so that their probes keep their order in `pm2 monit`. */
export const FEATURES: readonly FeatureName[] = ['eventLoop', 'http', 'network', 'v8', 'runtime'];

export function switchesOf(feature: FeatureName): readonly Switch[] {
  return Object.keys(TABLES[feature]);
}

/** @returns `undefined` where the configuration leaves the feature as it is */
export function wantedSwitches(feature: FeatureName, config: PmxMetricsConfig): ReadonlySet<Switch> | undefined {
  const setting = config[feature];
  if (setting === undefined || setting === null) return undefined;
  if (setting === false) return new Set();
  if (setting === true) return new Set(switchesOf(feature));
  const configured = setting as Readonly<Record<string, unknown>>;
  const wanted = Object.entries(TABLES[feature]).filter(([, { keys, onByDefault }]) => {
    const said = keys.map((key) => configured[key]).filter((value) => typeof value === 'boolean');
    return said.length > 0 ? !said.includes(false) : onByDefault;
  });
  return new Set(wanted.map(([name]) => name));
}

export function probesOf(service: PmxMetricService, feature: FeatureName, switches: Iterable<Switch>): PmxMetric[] {
  const ids = [...switches].flatMap((name) => TABLES[feature][name]?.ids ?? []);
  return [...service.metrics.values()].filter(({ id }) => ids.some((prefix) => id?.startsWith(prefix)));
}

/** The switches that are on now: @pm2/io shows probes of them. */
export function activeSwitches(service: PmxMetricService, feature: FeatureName): ReadonlySet<Switch> {
  return new Set(switchesOf(feature).filter((name) => probesOf(service, feature, [name]).length > 0));
}

/**
 * The configuration of a feature that turns on exactly these switches.
 *
 * @pm2/io takes what an app has added to `Object.prototype` for switches too, and prints a trace for each: those are off.
 */
export function configOf(feature: FeatureName, on: ReadonlySet<Switch>): Readonly<Record<string, boolean>> {
  const names = switchesOf(feature);
  return Object.fromEntries([...inheritedByAll(), ...names].map((name) => [name, on.has(name)]));
}

function inheritedByAll(): string[] {
  const names: string[] = [];
  for (const name in {}) names.push(name);
  return names;
}

export function areEqual(a: ReadonlySet<Switch>, b: ReadonlySet<Switch>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
