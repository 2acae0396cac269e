/**
 * Data points of one run with the same attributes are one, as in `/metrics`: counters, up-down counters and histograms are
 * added, of gauges the first one stands.
 */
import { DataPointType } from '../../../../core/otel';
import { strideOf } from '../../../../core/snapshot';
import { addSeries } from '../../numbers/add-series';
import type { LiveRun, MergedFamily, MergedPage } from '../series/live-run';

/** A data point that others with the same attributes are added to. */
interface First {
  readonly page: MergedPage;
  readonly index: number;
}

/** @returns the run with one data point of each series; the run itself if that is so already */
export function joinRepeated(run: LiveRun): LiveRun {
  const { values } = run.snapshot;
  let sums: Float64Array | undefined;
  const families = run.families.map((family): MergedFamily => {
    const firsts = new Map<number, First>();
    const pages = family.pages.map((page): MergedPage => {
      const kept: number[] = [];
      for (let k = 0; k < page.count; k++) {
        const index = page.indices === undefined ? k : page.indices[k]!;
        const serial = page.mapping.serials[index]!;
        const first = firsts.get(serial);
        if (first === undefined) {
          firsts.set(serial, { page, index });
          kept.push(index);
        } else if (family.family.dataPointType !== DataPointType.GAUGE && !isSame(first, page, index)) {
          sums ??= values.slice();
          addSeries({ values: sums, ...placeOf(first.page, first.index) }, { values, ...placeOf(page, index) });
        }
      }
      return kept.length === page.count ? page : { ...page, count: kept.length, indices: Int32Array.from(kept) };
    });
    return { ...family, pages };
  });
  return { ...run, families, snapshot: sums === undefined ? run.snapshot : { ...run.snapshot, values: sums } };
}

/** A data point that is listed twice counts once. */
function isSame(first: First, page: MergedPage, index: number): boolean {
  return first.page === page && first.index === index;
}

function placeOf({ page: { layout }, base }: MergedPage, index: number) {
  return { at: base + index * strideOf(layout), layout };
}
