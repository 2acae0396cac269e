/** Which exemplars of a page are shown, and with which labels. */
import { areExemplarLabels, unpackExemplars, type SeriesExemplar } from '../../../../core/exemplars';
import type { Attributes } from '../../../../core/otel';
import { ORDER_MASK, ORDER_SHIFT, type Family, type Layout } from '../../../../core/snapshot';
import { Labels } from '../../text/official/labels';
import { labelNamesOf, RESERVED } from '../../text/official/official';
import type { PageSource } from '../dialect/dialect';

/** An exemplar that the formats allow. */
export interface ShownExemplar {
  readonly bucket: number;
  readonly value: number;
  /** Epoch seconds; `NaN` for none. */
  readonly time: number;
  /** Their names are valid. */
  readonly labels: Readonly<Record<string, string>>;
}

/** @returns by index of the page; `undefined` if the family has none */
export function exemplarsByPage({ exemplars }: Family): Map<number, SeriesExemplar[]> | undefined {
  if (exemplars === undefined) return undefined;
  const byPage = new Map<number, SeriesExemplar[]>();
  for (const exemplar of unpackExemplars(exemplars)) {
    const page = exemplar.slot >> ORDER_SHIFT;
    const known = byPage.get(page);
    if (known === undefined) byPage.set(page, [exemplar]);
    else known.push(exemplar);
  }
  return byPage;
}

/**
 * OpenMetrics allows 128 characters of labels, and wants values within their bucket.
 *
 * @returns by index of the series on the page, and how many are left out
 */
export function shownExemplars(
  { family, page }: PageSource,
  exemplars: readonly SeriesExemplar[],
): { readonly shown: ReadonlyMap<number, readonly ShownExemplar[]>; readonly leftOut: number } {
  const nameOf = labelNamesOf(family);
  const names = new Labels(nameOf, new Set([RESERVED]));
  const shown = new Map<number, ShownExemplar[]>();
  let leftOut = 0;
  for (const { slot, bucket, value, time, attributes } of exemplars) {
    const valid = names.valid(JSON.parse(attributes) as Attributes);
    const labels = Object.fromEntries(Object.entries(valid).map(([key, text]) => [nameOf(key), text]));
    const index = slot & ORDER_MASK;
    let known = shown.get(index);
    const isTaken = known?.some((one) => one.bucket === bucket) === true;
    if (isTaken || !areExemplarLabels(labels) || !isIn(page.layout, bucket, value)) leftOut++;
    else {
      if (known === undefined) shown.set(index, (known = []));
      known.push({ bucket, value, time, labels });
    }
  }
  return { shown, leftOut };
}

function isIn(layout: Layout, bucket: number, value: number): boolean {
  if (layout.kind !== 'histogram') return layout.kind === 'scalar' && bucket === 0;
  const { bounds, buckets } = layout;
  return bucket < buckets && value <= (bounds[bucket] ?? Infinity) && !(value <= (bounds[bucket - 1] ?? -Infinity));
}
