/**
 * Makes checked copies of a collection's scopes and metrics, which may be anything: objects whose getters throw, proxies,
 * numbers where texts belong. Each metric is read once, in one `try`. Data points are not copied: they are checked where
 * their numbers are written, in `columns/layouts.ts`.
 */
import type { MetricData, ResourceMetrics, Scope } from '../../otel';
import type { Sliced } from '../../slicer';
import { attributesText } from '../series/attributes';
import { descriptorHead, scopeHead } from './heads';
import { readMetric, type ReadMetric } from './metric';
import { Problems, quoted, reasonOf } from './problems';

/** Scopes of a collection, and metrics of a scope, that are read at the most: a foreign array may claim any length. */
const MOST_ENTRIES = 100_000;

export interface ReadCollection {
  /** JSON text of the resource's attributes. */
  readonly resource: string;
  readonly scopes: readonly ReadScope[];
  readonly problems: Problems;
  /** Data points of metrics that are left out. */
  readonly lost: number;
}

export interface ReadScope {
  readonly key: string;
  readonly scope: Scope;
  readonly metrics: readonly ReadMetric[];
}

/** What cannot be used is left out and is named in `problems`. @throws TypeError where `data` is no `ResourceMetrics` at all */
export function* readCollection(data: unknown): Sliced<ReadCollection> {
  const { resource, scopeMetrics, count } = unread(data);
  const reader = new Reader();
  const scopes: ReadScope[] = [];
  const entries = reader.entries(count, 'scopes');
  for (let i = 0; i < entries; i++) {
    yield;
    const scope = yield* reader.scope(scopeMetrics, i);
    if (scope !== undefined) scopes.push(scope);
  }
  if (scopes.length === 0 && count > 0) {
    throw new TypeError(`expected ResourceMetrics: no entry of "scopeMetrics" is usable (${reader.problems.texts[0]})`);
  }
  return { resource: reader.resource(resource), scopes, problems: reader.problems, lost: reader.lost };
}

interface UnreadCollection {
  readonly resource: ResourceMetrics['resource'];
  readonly scopeMetrics: readonly unknown[];
  readonly count: number;
}

function unread(data: unknown): UnreadCollection {
  let reason = '';
  try {
    const { resource, scopeMetrics } = (data ?? {}) as Partial<ResourceMetrics>;
    if (typeof resource === 'object' && resource !== null && Array.isArray(scopeMetrics)) {
      return { resource, scopeMetrics, count: scopeMetrics.length };
    }
  } catch (error) {
    reason = `: ${reasonOf(error)}`;
  }
  throw new TypeError(`expected ResourceMetrics: an object with "resource" and an array "scopeMetrics"${reason}`);
}

class Reader {
  readonly problems = new Problems();
  lost = 0;

  /** @returns how many of `count` are read */
  entries(count: number, what: string): number {
    if (count > MOST_ENTRIES) this.problems.add(`there are more than ${MOST_ENTRIES} ${what}: the others are left out`);
    return Math.min(count, MOST_ENTRIES);
  }

  resource(resource: ResourceMetrics['resource']): string {
    try {
      return attributesText(resource.attributes);
    } catch (error) {
      this.problems.add(`the attributes of the resource cannot be read: ${reasonOf(error)}`);
      return '{}';
    }
  }

  *scope(scopeMetrics: readonly unknown[], index: number): Sliced<ReadScope | undefined> {
    let head: ReturnType<typeof scopeHead>;
    let foreign: readonly unknown[];
    let count: number;
    try {
      const { scope, metrics } = (scopeMetrics[index] ?? {}) as { scope?: unknown; metrics?: unknown };
      if (typeof scope !== 'object' || scope === null || !Array.isArray(metrics)) {
        this.problems.add('a scope has no object "scope" or no array "metrics"');
        return undefined;
      }
      head = scopeHead(scope as Scope);
      foreign = metrics;
      count = metrics.length;
    } catch (error) {
      this.problems.add(`a scope cannot be read: ${reasonOf(error)}`);
      return undefined;
    }
    const metrics: ReadMetric[] = [];
    const entries = this.entries(count, 'metrics');
    for (let i = 0; i < entries; i++) {
      yield;
      const metric = this.metric(head.key, foreign, i);
      if (metric !== undefined) metrics.push(metric);
    }
    return { key: head.key, scope: head.scope, metrics };
  }

  private metric(scopeKey: string, metrics: readonly unknown[], index: number): ReadMetric | undefined {
    let name: string | undefined;
    let metric: Partial<MetricData> | undefined;
    let problem: string;
    try {
      metric = metrics[index] ?? {};
      const head = descriptorHead(metric.descriptor);
      name = head?.descriptor.name;
      const read = head === undefined ? 'a metric has no descriptor with a name' : readMetric(scopeKey, head, metric);
      if (typeof read !== 'string') return read;
      problem = read;
    } catch (error) {
      problem = `${name === undefined ? 'a metric' : `metric ${quoted(name)}`} cannot be read: ${reasonOf(error)}`;
    }
    this.problems.add(problem);
    this.lost += pointCount(metric);
    return undefined;
  }
}

/** How many data points are lost with a metric that is left out. */
function pointCount(metric: Partial<MetricData> | undefined): number {
  try {
    const points = metric?.dataPoints;
    return Array.isArray(points) ? points.length : 0;
  } catch {
    return 0;
  }
}
