/**
 * Computes the probes of a snapshot: of each query its rows, and of each other metric that is selected short rows, or one probe
 * per series and statistic under full names, or those of its aggregate where it has many series.
 */
import { DataPointType } from '../../core/otel';
import type { Family, Page } from '../../core/snapshot';
import { ShortNames } from '../../core/monit/short-names';
import type { CounterMode, ProbesResult, ProbesTask } from '../../protocol/tasks';
import { forEachSeries, seriesCount } from '../../core/series';
import { withPrevious } from '../../core/query/compared';
import { Queries } from '../../core/query/evaluate';
import { compareFamily } from '../../core/query/compared-family';
import { exponentialReading, histogramReading } from './histograms';
import { attributesOf, labelsOf, probeName, unitOf } from './names';
import { ProbeList } from './probe-list';
import type { Reading } from './reading';
import { ScalarRange, ScalarSum } from './scalars';
import { ShortRows, type Attributes } from './short-rows';
import { addQuery, addVital } from './show-query';
import { SummaryReading } from './summaries';
import { selectMetrics, type SelectedMetric } from '../../core/select';
import { findUnmatched } from './unmatched';

/** Gives the attributes of a series of a page as JSON text. */
export interface PageTexts {
  text(page: Page, index: number): string;
}

export function computeProbes(task: ProbesTask, pages: PageTexts, queries = new Queries()): ProbesResult {
  const aggregated = new Set(task.aggregated);
  const list = new ProbeList(task.names);
  const names = task.select.filter((shown) => typeof shown === 'string');
  const selected = selectMetrics(task.snapshot, names).values();
  const shortNames = task.short && new ShortNames(task.short.given, task.short.taken);
  const short =
    shortNames && new ShortRows(list, shortNames, { ...task, max: task.names.known.length + task.names.room });
  for (const shown of task.select) {
    if (typeof shown !== 'string') {
      if (shown.kind === 'query') addQuery(list, shown, task.snapshot, queries);
      else addVital(list, shown, task.snapshot, queries);
      continue;
    }
    for (const metric of selected.next().value ?? []) {
      const series = metric.families.reduce((sum, family) => sum + seriesCount(family), 0);
      if (series > task.perMetric) aggregated.add(metric.name);
      const isAggregate = aggregated.has(metric.name);
      if (short !== undefined && series > 0) short.add(metric, isAggregate ? [] : attributesOfAll(metric, pages));
      else if (isAggregate) addAggregate(list, metric, task);
      else addEachSeries(list, metric, task, pages);
    }
  }
  return {
    ok: true,
    kind: 'probes',
    ...list.finish(),
    aggregated: [...aggregated],
    ...(task.lookFor !== undefined && { unmatched: findUnmatched(task.snapshot, task.lookFor) }),
    ...(shortNames !== undefined && { shortNames: shortNames.all }),
  };
}

interface Kind {
  /** Whether the values that two scopes have of one series are added up. */
  readonly additive: boolean;
  readonly ofSeries: (counters: CounterMode) => Reading;
  readonly ofAll: (counters: CounterMode) => Reading;
}

const SUM: Kind = {
  additive: true,
  ofSeries: (counters) => new ScalarSum('', counters),
  ofAll: (counters) => new ScalarSum('sum', counters),
};
const GAUGE: Kind = {
  additive: false,
  ofSeries: () => new ScalarSum('', 'total'),
  ofAll: () => new ScalarRange(),
};
const HISTOGRAM = kindOfReading(histogramReading);
const EXPONENTIAL = kindOfReading(exponentialReading);
const SUMMARY = kindOfReading(() => new SummaryReading());

function kindOfReading(create: () => Reading): Kind {
  return { additive: false, ofSeries: create, ofAll: create };
}

function kindOf(family: Family): Kind {
  switch (family.dataPointType) {
    case DataPointType.SUM:
      return SUM;
    case DataPointType.HISTOGRAM:
      return HISTOGRAM;
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return EXPONENTIAL;
    case DataPointType.SUMMARY:
      return SUMMARY;
    default:
      return GAUGE;
  }
}

/** What is shown of the family's scalars: as configured for monotonic sums, `total` for all others. */
function countersOf(family: Family, { counters }: ProbesTask): CounterMode {
  return family.dataPointType === DataPointType.SUM && family.isMonotonic === true ? counters : 'total';
}

function addEachSeries(list: ProbeList, { name, families }: SelectedMetric, task: ProbesTask, pages: PageTexts): void {
  for (const family of families) {
    const compared = compareFamily(withPrevious(task.snapshot), family);
    const counters = countersOf(family, task);
    forEachSeries(family, (page, index, offset) => {
      const reading = kindOf(family).ofSeries(counters);
      reading.add(compared, page.layout, offset);
      addReading(list, name, labelsOf(pages.text(page, index)), reading, meaningOf(family, counters));
    });
  }
}

function attributesOfAll({ families }: SelectedMetric, pages: PageTexts): readonly Attributes[] {
  const all: Attributes[] = [];
  for (const family of families) {
    forEachSeries(family, (page, index) => void all.push(attributesOf(pages.text(page, index))));
  }
  return all;
}

/**
 * The aggregate is over all scopes that have the metric, in the unit of the first scope. It reads no attributes. Where
 * scopes have different kinds of metric under this name, each kind gets its own aggregate.
 */
function addAggregate(list: ProbeList, { name, families }: SelectedMetric, task: ProbesTask): void {
  const byKind = new Map<Kind, { readonly reading: Reading; readonly meaning: Meaning }>();
  for (const family of families) {
    if (seriesCount(family) === 0) continue;
    const kind = kindOf(family);
    const compared = compareFamily(withPrevious(task.snapshot), family);
    const counters = countersOf(family, task);
    const entry = byKind.get(kind) ?? { reading: kind.ofAll(counters), meaning: meaningOf(family, counters) };
    byKind.set(kind, entry);
    forEachSeries(family, (page, _index, offset) => {
      entry.reading.add(compared, page.layout, offset);
    });
  }
  for (const { reading, meaning } of byKind.values()) addReading(list, name, '', reading, meaning);
}

interface Meaning {
  readonly unit: string | undefined;
  readonly additive: boolean;
}

function meaningOf(family: Family, counters: CounterMode): Meaning {
  return { unit: unitOf(family.descriptor.unit, counters), additive: kindOf(family).additive };
}

function addReading(list: ProbeList, name: string, labels: string, reading: Reading, meaning: Meaning): void {
  for (const { label, value, inUnit } of reading.statistics()) {
    list.add(probeName(name, labels, label), value, inUnit ? meaning.unit : undefined, meaning.additive);
  }
}
