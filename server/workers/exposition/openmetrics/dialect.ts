/**
 * OpenMetrics 1.0. Samples have no timestamps: with timestamps, Prometheus would show a series for minutes after its end.
 * Counters have no `_created`: the start times of a cluster's instances differ, and Prometheus would store one more series for
 * each counter.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import type { SeriesExemplar } from '../../../../core/exemplars';
import type { HistogramLayout, SummaryLayout } from '../../../../core/snapshot';
import { forbiddenCounters, forbiddenHistograms, forbiddenSummaries } from '../../text/official/forbidden';
import { histogramLines, pageLines, type HistogramLines } from '../../text/official/official';
import { PageText, type PageRendering } from '../../text/page-text';
import { attributesOf } from '../../../../core/page-texts';
import { canonicalNumber } from './canonical-number';
import { ClassicBuckets } from '../text/classic-buckets';
import { suffixesOf, type Dialect, type PageSource, type ShownHead, type WithExemplars } from '../dialect/dialect';
import type { FamilyType, OfficialHead } from '../dialect/head';
import { unitOf } from '../dialect/units';
import { withExemplars } from './exemplars';

export class OpenMetricsDialect implements Dialect {
  readonly ending = Buffer.from('# EOF\n');
  private readonly classic = new ClassicBuckets({ boundText: canonicalNumber, strict: true });

  head(official: OfficialHead): ShownHead {
    const { type } = official;
    const name = familyName(official);
    return { name, type, claims: CLAIMS[type].map((suffix) => name + suffix), official };
  }

  opening({ name, type, official }: ShownHead): Buffer {
    const unit = unitOf(name, official.unit);
    // Quotes are not escaped in the text format.
    const help = official.help.replaceAll('"', '\\"');
    return Buffer.from(
      `# TYPE ${name} ${type}\n${unit === undefined ? '' : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${help}\n`,
    );
  }

  page(source: PageSource): PageRendering {
    const { scope, family, page, labels, head } = source;
    const { layout } = page;
    if (layout.kind === 'exponential') return this.classic.page(source, layout);
    const lines = pageLines(scope, family, layout, attributesOf(page), labels).split('\n');
    lines.pop();
    if (layout.kind === 'histogram') return histogramPage(source, layout, lines);
    if (layout.kind === 'summary') return summaryPage(source, layout, lines);
    const sample = head.type === 'counter' ? `${head.name}_total` : head.official.name;
    // Its own name may be another one than the first member's: `a` and `a_total` are one counter here.
    const text = lines.map((line) => `${sample}${line.slice(line.search(/[{ ]/))}\n`).join('');
    return new PageText(page, text, head.type === 'counter' ? { forbidden: forbiddenCounters } : {});
  }

  withExemplars(source: PageSource, page: PageRendering, exemplars: readonly SeriesExemplar[]): WithExemplars {
    const { layout } = source.page;
    return withExemplars(source, page, exemplars, layout.kind === 'histogram' ? histogramLines(layout).buckets : 1);
  }

  info(line: string): Buffer {
    return Buffer.from(line);
  }
}

/** By type: what the names of a family's samples may end with. */
const CLAIMS: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ['', '_total', '_created'],
  gauge: [''],
  histogram: [...suffixesOf('histogram'), '_created'],
  summary: [...suffixesOf('summary'), '_created'],
  info: ['', '_info'],
};

/** The family's name, without the ending of its samples. */
function familyName({ name, type }: OfficialHead): string {
  if (type === 'counter') return name.replace(/(?<=.)_total$/, '');
  return type === 'info' ? name.replace(/_info$/, '') : name;
}

function histogramPage({ page }: PageSource, layout: HistogramLayout, lines: readonly string[]): PageText {
  const official = histogramLines(layout);
  const shape = strictLines(layout);
  const moments = Number(official.count) + Number(official.sum);
  const perSeries = moments + official.buckets;
  const bounds = Array.from({ length: official.buckets }, (_, i) => canonicalNumber(layout.bounds[i] ?? Infinity));
  let text = '';
  for (const [i, line] of lines.entries()) {
    const place = i % perSeries;
    if (place < moments) {
      if (shape.count) text += `${line}\n`;
    } else text += `${line.slice(0, line.lastIndexOf('le="'))}le="${bounds[place - moments] ?? ''}"} 0\n`;
  }
  return new PageText(page, text, { histogram: shape, forbidden: forbiddenHistograms(layout, shape.sum) });
}

/** Count and sum are the first lines, see `seriesText`. */
function summaryPage({ page }: PageSource, layout: SummaryLayout, lines: readonly string[]): PageText {
  const quantiles = layout.quantiles.map(canonicalNumber);
  const perSeries = 2 + quantiles.length;
  const text = lines.map((line, i) => {
    const quantile = quantiles[(i % perSeries) - 2];
    if (quantile === undefined) return `${line}\n`;
    return `${line.slice(0, line.lastIndexOf('quantile="'))}quantile="${quantile}"} 0\n`;
  });
  return new PageText(page, text.join(''), { forbidden: forbiddenSummaries(layout) });
}

/** OpenMetrics forbids a sum where there are buckets below 0, since it may fall, and a count without a sum. */
function strictLines(layout: HistogramLayout): HistogramLines {
  const { sum, buckets } = histogramLines(layout);
  const allowed = sum && !layout.bounds.some((bound) => bound < 0);
  return { count: allowed, sum: allowed, buckets };
}
