/** The readers of one registry's metrics: made anew where a metric has come, or the registry's default labels have changed. */
import type { MetricData, ScopeMetrics } from '../../../core/otel';
import { copyDefaults, sameDefaults, type DefaultLabels } from '../kinds/attributes';
import { failed, type RegistryHead } from '../kinds/heads';
import { HashMapReader } from './hash-map-reader';
import type { Reader } from './metric-reader';
import { PublicReader } from './public-reader';
import {
  isHashMap,
  isKnownRegistry,
  kindOf,
  type ForeignMetric,
  type ForeignRegistry,
  type Labels,
} from '../kinds/shapes';
import { StoreReader } from './store-reader';

/** All registries share one scope, which the text for Prometheus does not show. */
const SCOPE = { name: 'prom-client' };

/** What the log is to say. */
export interface Findings {
  /** Of metrics that are not exported now. */
  readonly problems: string[];
  /** Of what is read in the slower way. */
  readonly slow: string[];
}

export class RegistryReader {
  private readers: Reader[] = [];
  private defaults: Labels | undefined;

  constructor(private readonly registry: ForeignRegistry) {}

  /**
   * @param seen metrics of registries before this one: a metric may be in several, and is shown once
   * @returns a reader for each metric
   */
  refresh(seen: Set<object>, findings: Findings): readonly Reader[] {
    const { registry } = this;
    if (!isKnownRegistry(registry)) {
      if (this.readers.length === 0) findings.slow.push('a registry has other fields than those of known versions');
      if (this.readers.length === 0) this.readers = [PublicReader.ofRegistry(registry)];
      return this.readers;
    }
    if (!sameDefaults(registry._defaultLabels, this.defaults)) {
      this.defaults = copyDefaults(registry._defaultLabels);
      this.readers = [];
    }
    const metrics = registry.getMetricsAsArray().filter((metric) => !seen.has(metric));
    for (const metric of metrics) seen.add(metric);
    const { readers } = this;
    const isSame = metrics.length === readers.length && metrics.every((metric, i) => metric === readers[i]?.metric);
    if (!isSame) this.replaceReaders(metrics, findings);
    return this.readers;
  }

  private replaceReaders(metrics: readonly ForeignMetric[], findings: Findings): void {
    const known = new Map<object, Reader>(this.readers.map((reader) => [reader.metric, reader]));
    this.readers = [];
    for (const metric of metrics) {
      try {
        this.readers.push(known.get(metric) ?? this.readerFor(metric, findings));
      } catch (error) {
        findings.problems.push(failed(metric, 'it cannot be read', error));
      }
    }
  }

  private readerFor(metric: ForeignMetric, { slow }: Findings): Reader {
    const kind = kindOf(metric);
    if (kind === undefined) {
      slow.push(failed(metric, 'it has', 'other fields or methods than those of known versions'));
      return PublicReader.ofMetric(metric, this.defaultsFor(metric));
    }
    const defaults = this.defaultsFor(metric);
    return isHashMap(metric.hashMap)
      ? new HashMapReader(metric, kind, defaults)
      : new StoreReader(metric, kind, defaults);
  }

  /** In histograms the text of all libraries has the label itself, whatever its value is. */
  private defaultsFor(metric: ForeignMetric): DefaultLabels | undefined {
    const forNull = !isHashMap(metric.hashMap) && metric.type !== 'histogram';
    return this.defaults && { labels: this.defaults, forNull };
  }

  /** Has the metric read by its public `get()` from now on. @returns its reader */
  readSlowly(reader: Reader): Reader {
    const other = PublicReader.ofMetric(reader.metric, this.defaultsFor(reader.metric));
    this.readers = this.readers.map((one) => (one === reader ? other : one));
    return other;
  }

  /** Has the metric begin anew at the next collection: reading it has failed. */
  drop(reader: Reader): void {
    this.readers = this.readers.filter((one) => one !== reader);
  }

  /** Has all metrics begin anew at the next collection: the registry cannot be read now. */
  clear(): void {
    this.readers = [];
  }

  /** @param without metrics that cannot be shown now */
  data(without: ReadonlySet<Reader>, { problems }: Findings): ScopeMetrics {
    const metrics: MetricData[] = [];
    const head: RegistryHead = { isOpenMetrics: String(this.registry.contentType).includes('openmetrics') };
    for (const reader of this.readers) {
      if (without.has(reader)) continue;
      try {
        metrics.push(...reader.data(head));
      } catch (error) {
        problems.push(failed(reader.metric, 'it cannot be read', error));
      }
    }
    return { scope: SCOPE, metrics };
  }
}
