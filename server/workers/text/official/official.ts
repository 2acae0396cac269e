/**
 * Asks the official PrometheusSerializer, in the version that is installed, how series look in Prometheus's text format, so
 * that names, escaping and types are its own. Once per page: from scrape to scrape only the numbers differ.
 */
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { ExtraLabels } from '../../../protocol/labels';
import { DataPointType, type Attributes, type Scope } from '../../../../core/otel';
import type { Family, HistogramLayout, Layout, SummaryLayout } from '../../../../core/snapshot';
import { Labels } from './labels';
import { isLabel, isVerbatim, seriesText, verbatimHead, verbatimLabels } from './verbatim';

type Serializable = Parameters<PrometheusSerializer['serialize']>[0];

const serializer = new PrometheusSerializer();

/** What it writes if there are no metrics. */
const NOTHING = '# no registered metrics';
const TIME = [0, 0] as const;

const NONE: ExtraLabels = [];

/** The name of the metric, as a label: parsers refuse an attribute of that name. */
export const RESERVED = '__name__';

/** `target_info` with its HELP and TYPE, ended by a line feed. */
export function targetInfo(attributes: Attributes, extra = NONE): string {
  const labels = new Labels(labelOf, new Set([RESERVED, ...extra.map(([name]) => name)]));
  return officialTargetInfo({ ...labels.valid(attributes), ...Object.fromEntries(extra) });
}

function officialTargetInfo(attributes: Attributes): string {
  const text = serializer.serialize({ resource: { attributes }, scopeMetrics: [] } as unknown as Serializable);
  return text.slice(0, -NOTHING.length);
}

/** HELP, UNIT and TYPE of a family, ended by a line feed; empty if the serializer does not render it at all. */
export function familyHead(scope: Scope, family: Family): string {
  if (isVerbatim(family)) return verbatimHead(family);
  if (family.dataPointType !== DataPointType.SUMMARY) return serializeFamily(scope, family, []);
  return serializeFamily(scope, asGauge(family), []).replace(/ gauge\n$/, ' summary\n');
}

/**
 * The lines of a page's series in their order, with 0 for every number. The serializer is asked for one line per series only:
 * how the other lines differ from it is the same for all series.
 *
 * @param extra labels that stand behind the series' own
 */
export function pageLines(
  scope: Scope,
  family: Family,
  layout: Layout,
  attributes: readonly Attributes[],
  extra = NONE,
): string {
  const bare = seriesLines(scope, family, layout, [{}]);
  const around = linesAround(scope, family, layout);
  let text = '';
  for (const labels of labelTexts(scope, family, layout, attributes, extra)) {
    if (labels === '') text += bare;
    else for (const [before, after] of around) text += before + labels + after;
  }
  return text;
}

/** Makes the labels of a family's series valid. */
export function labelsOf(scope: Scope, family: Family, extra: ExtraLabels): Labels {
  const names = extra.map(([name]) => name);
  return new Labels(labelNamesOf(family), new Set([RESERVED, ...addedLabels(scope, family), ...names]));
}

/** Returns the function that makes a label's name of an attribute's. */
export function labelNamesOf(family: Family): (key: string) => string {
  return isVerbatim(family) ? verbatimLabelOf : labelOf;
}

function verbatimLabelOf(key: string): string {
  return isLabel(key) ? key : labelOf(key);
}

/** The labels that all series of a family have for its scope. */
export function scopeLabels(scope: Scope, family: Family): [name: string, value: string][] {
  const text = labelsIn(seriesLines(scope, asHistogram(family), firstLineOnly(layoutFor(family)), [{}]).slice(0, -1));
  return Array.from(text.matchAll(LABELS), ([, name = '', value = '']) => [name, unescaped(value)]);
}

/** Labels as the serializer writes them: names, and values which are still escaped. */
export const LABELS = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/gs;

export function unescaped(value: string): string {
  return value.replace(/\\([\\"n])/g, (_, character) => (character === 'n' ? '\n' : (character as string)));
}

/** What stands between the braces of each series of a page, without `le`. */
export function labelTexts(
  scope: Scope,
  family: Family,
  layout: Layout,
  attributes: readonly Attributes[],
  extra = NONE,
): string[] {
  const labels = labelsOf(scope, family, extra);
  const valid = attributes.map((one) => labels.valid(one));
  const lines = seriesLines(scope, family, firstLineOnly(layout), valid).split('\n');
  lines.pop();
  const behind = extra.length === 0 ? '' : labelsIn(officialTargetInfo(Object.fromEntries(extra)).slice(0, -1));
  return lines.map((line) => {
    const own = labelsIn(line);
    return own === '' || behind === '' ? own + behind : `${own},${behind}`;
  });
}

/** The text before and behind the labels, for each line of a series. */
function linesAround(scope: Scope, family: Family, layout: Layout): [before: string, after: string][] {
  const lines = seriesLines(scope, family, layout, [{ x: '1' }]).split('\n');
  lines.pop();
  const labels = labelsIn(lines[0] ?? '');
  return lines.map((line) => {
    const [before, after, ...more] = line.split(labels);
    if (before === undefined || after === undefined || more.length > 0) throw new RangeError(`not understood: ${line}`);
    return [before, `${after}\n`];
  });
}

function firstLineOnly(layout: Layout): Layout {
  if (layout.kind === 'summary') return { kind: 'scalar' };
  return layout.kind === 'histogram' ? { ...layout, sum: false, bounds: [], buckets: 0 } : layout;
}

/** The text between the braces. A name has no braces, and only the number stands behind the labels. */
function labelsIn(line: string): string {
  const from = line.indexOf('{');
  return from < 0 ? '' : line.slice(from + 1, line.lastIndexOf('}'));
}

function seriesLines(scope: Scope, family: Family, layout: Layout, attributes: readonly Attributes[]): string {
  if (isVerbatim(family)) {
    const { name } = family.descriptor;
    const buckets = layout.kind === 'histogram' ? renderedBuckets(layout) : 0;
    return attributes.map((one) => seriesText(name, verbatimLabels(one, verbatimLabelOf), layout, buckets)).join('');
  }
  if (family.dataPointType === DataPointType.SUMMARY) {
    const lines = seriesLines(scope, asGauge(family), { kind: 'scalar' }, attributes);
    return layout.kind === 'summary' ? summaryLines(lines, layout) : lines;
  }
  const value = zero(layout);
  const points = attributes.map((one) => ({ attributes: one, startTime: TIME, endTime: TIME, value }));
  return serializeFamily(scope, family, points).slice(serializeFamily(scope, family, []).length);
}

/** @param lines one per series, as of a gauge */
function summaryLines(lines: string, layout: SummaryLayout): string {
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => seriesText(/^[^{ ]*/.exec(line)?.[0] ?? '', labelsIn(line), layout, 0))
    .join('');
}

/** Names of the labels that it adds: those of the scope, and `le`. The same for all layouts of a family. */
function addedLabels(scope: Scope, family: Family): ReadonlySet<string> {
  const lines = seriesLines(scope, asHistogram(family), layoutFor(family), [{}]).split('\n');
  return new Set(lines.flatMap((line) => Array.from(line.matchAll(/[{,]([^={},"]+)="/g), ([, name]) => name ?? '')));
}

const labelNames = new Map<string, string>();

/** Attribute names are few. If there are more than this, the map is cleared. */
const MAX_LABEL_NAMES = 10_000;

function labelOf(key: string): string {
  let name = labelNames.get(key);
  if (name === undefined) {
    // target_info{name="1"} 1
    name = /\{(.*)="1"\}/.exec(officialTargetInfo({ [key]: '1' }))?.[1] ?? key;
    if (labelNames.size >= MAX_LABEL_NAMES) labelNames.clear();
    labelNames.set(key, name);
  }
  return name;
}

/** Which lines a histogram has, in this order. */
export interface HistogramLines {
  readonly count: boolean;
  readonly sum: boolean;
  /** How many of its buckets have a line: the first ones. */
  readonly buckets: number;
}

export function histogramLines(layout: HistogramLayout): HistogramLines {
  return { count: true, sum: layout.sum, buckets: renderedBuckets(layout) };
}

/** The serializer ends at the bound +Infinity, or else at the first bucket without a bound. */
function renderedBuckets({ bounds, buckets }: HistogramLayout): number {
  return bounds.includes(Number.POSITIVE_INFINITY) ? Math.min(buckets, bounds.length) : buckets;
}

function serializeFamily(scope: Scope, family: Family, dataPoints: readonly object[]): string {
  const { descriptor, dataPointType, isMonotonic, aggregationTemporality } = family;
  const metric = { descriptor, dataPointType, isMonotonic, aggregationTemporality, dataPoints };
  const data = { resource: { attributes: {} }, scopeMetrics: [{ scope, metrics: [metric] }] };
  const text = serializer.serialize(data as unknown as Serializable).slice(EMPTY_TARGET.length);
  return text === NOTHING ? '' : text;
}

const EMPTY_TARGET = officialTargetInfo({});

function zero(layout: Layout): unknown {
  if (layout.kind !== 'histogram') return 0;
  const counts = new Array<number>(layout.buckets).fill(0);
  return { buckets: { boundaries: layout.bounds, counts }, count: 0, ...(layout.sum && { sum: 0 }) };
}

/** The serializer drops exponential histograms. Their names and labels are those of any histogram. */
export function asHistogram(family: Family): Family {
  if (family.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) return family;
  return { ...family, dataPointType: DataPointType.HISTOGRAM };
}

const ANY_HISTOGRAM: HistogramLayout = { kind: 'histogram', sum: true, min: false, max: false, bounds: [], buckets: 1 };

const ANY_SUMMARY: SummaryLayout = { kind: 'summary', quantiles: [0.5] };

/** The serializer has no summaries. Their names and labels are those of a gauge. */
function asGauge(family: Family): Family {
  return { ...family, dataPointType: DataPointType.GAUGE };
}

/** A layout that series of the family may have. */
function layoutFor({ dataPointType }: Family): Layout {
  if (dataPointType === DataPointType.SUMMARY) return ANY_SUMMARY;
  const isScalar = dataPointType === DataPointType.GAUGE || dataPointType === DataPointType.SUM;
  return isScalar ? { kind: 'scalar' } : ANY_HISTOGRAM;
}

/** Exponential histograms have no lines in this format. */
export function hasLines(family: Family): boolean {
  return family.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM;
}
