/** Exemplars in protobuf: a field of a counter, and one of each bucket. */
import { dataOf } from '../../../../core/bytes';
import type { SeriesExemplar } from '../../../../core/exemplars';
import type { PageRendering } from '../../text/page-text';
import type { PageSource, WithExemplars } from '../dialect/dialect';
import { bytesOf, ReplacedSeries } from '../exemplars/replaced-series';
import { shownExemplars, type ShownExemplar } from '../exemplars/shown-exemplars';
import { Bytes } from '../pages/bytes';
import { HistogramPage } from './histograms';
import { COUNTER_BYTES } from './scalars';
import {
  COUNTER_EXEMPLAR,
  EXEMPLAR,
  FAMILY,
  LABEL,
  METRIC,
  TIMESTAMP,
  VALUE,
  bytesTag,
  doubleTag,
  varintTag,
} from './schema';

export function withExemplars(
  source: PageSource,
  page: PageRendering,
  exemplars: readonly SeriesExemplar[],
  values: Float64Array,
  base: number,
): WithExemplars {
  const { shown, leftOut } = shownExemplars(source, exemplars);
  const replaced = new Map<number, Buffer>();
  for (const [index, some] of shown) {
    const bytes = bytesOf(page, index);
    // The format forbids the series.
    if (bytes.length === 0) continue;
    if (page instanceof HistogramPage) {
      const byBucket = new Map(some.map((one) => [one.bucket, exemplarBytes(one)]));
      replaced.set(index, page.seriesWith(index, values, base, byBucket));
    } else replaced.set(index, counterWith(bytes, exemplarBytes(some[0]!)));
  }
  return { page: new ReplacedSeries(page, replaced), leftOut };
}

function exemplarBytes({ labels, value, time }: ShownExemplar): Bytes {
  const [out, part] = [new Bytes(), new Bytes()];
  for (const [name, text] of Object.entries(labels)) {
    part.clear();
    part.text(bytesTag(LABEL.name), name);
    part.text(bytesTag(LABEL.value), text);
    out.message(bytesTag(EXEMPLAR.label), part);
  }
  out.byte(doubleTag(EXEMPLAR.value));
  out.double(value);
  if (!Number.isNaN(time)) {
    const millis = Math.round(time * 1000);
    part.clear();
    part.byte(varintTag(TIMESTAMP.seconds));
    part.varint(Math.floor(millis / 1000));
    part.byte(varintTag(TIMESTAMP.nanos));
    part.varint((millis % 1000) * 1e6);
    out.message(bytesTag(EXEMPLAR.timestamp), part);
  }
  return out;
}

/** @param series a `Metric` behind its tag and length, which ends in its counter */
function counterWith(series: Buffer, exemplar: Bytes): Buffer {
  let start = 1;
  while ((series[start]! & 0x80) !== 0) start++;
  const [metric, counter, out] = [new Bytes(), new Bytes(), new Bytes()];
  counter.byte(doubleTag(VALUE));
  counter.double(dataOf(series).getFloat64(series.length - Float64Array.BYTES_PER_ELEMENT, true));
  counter.message(bytesTag(COUNTER_EXEMPLAR), exemplar);
  metric.append(series, start + 1, series.length - COUNTER_BYTES);
  metric.message(bytesTag(METRIC.counter), counter);
  out.message(bytesTag(FAMILY.metric), metric);
  return out.toBuffer();
}
