/** Exemplars in OpenMetrics: behind the number of a counter or of a bucket. */
import type { SeriesExemplar } from '../../../../core/exemplars';
import { numberText } from '../../text/lines/digits';
import type { ShownPage } from '../../text/page-text';
import { verbatimLabels } from '../../text/official/verbatim';
import type { PageSource, WithExemplars } from '../dialect/dialect';
import { bytesOf, ReplacedSeries } from '../exemplars/replaced-series';
import { shownExemplars, type ShownExemplar } from '../exemplars/shown-exemplars';

/** @param buckets how many lines of a series are buckets: the last ones; of a counter 1 */
export function withExemplars(
  source: PageSource,
  page: ShownPage,
  exemplars: readonly SeriesExemplar[],
  buckets: number,
): WithExemplars {
  const { shown, leftOut } = shownExemplars(source, exemplars);
  const replaced = new Map<number, Buffer>();
  for (const [index, some] of shown) {
    const lines = bytesOf(page, index).toString('utf8').split('\n');
    lines.pop();
    const first = lines.length - buckets;
    // The format forbids the series, or its buckets.
    if (first < 0) continue;
    for (const one of some) {
      const line = first + Math.min(one.bucket, buckets - 1);
      lines[line] = `${lines[line] ?? ''} # ${exemplarText(one)}`;
    }
    replaced.set(index, Buffer.from(`${lines.join('\n')}\n`));
  }
  return { page: new ReplacedSeries(page, replaced), leftOut };
}

function exemplarText({ labels, value, time }: ShownExemplar): string {
  const text = `{${verbatimLabels(labels, (name) => name)}} ${numberText(value)}`;
  return Number.isNaN(time) ? text : `${text} ${numberText(time)}`;
}
