/**
 * Prometheus's protobuf exposition: messages `io.prometheus.client.MetricFamily`, each behind its length. Counters keep
 * their `_total`; exponential histograms are native histograms.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#protobuf-format
 * @see https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 */
import type { HistogramLayout } from '../../../../core/snapshot';
import { attributesOf } from '../../../../core/page-texts';
import { asHistogram, labelTexts } from '../../text/official/official';
import type { PageRendering } from '../../text/page-text';
import { Bytes } from '../pages/bytes';
import type { Dialect, PageSource, ShownHead, WithExemplars } from '../dialect/dialect';
import type { FamilyType, OfficialHead } from '../dialect/head';
import { familyAsNamed } from '../text/dialect';
import { unitOf } from '../dialect/units';
import { withExemplars } from './exemplars';
import { HistogramPage } from './histograms';
import { labelFields } from './labels';
import { NativeHistogramPage } from './native-histograms';
import { ScalarPage } from './scalars';
import { SummaryPage } from './summaries';
import { FAMILY, bytesTag, varintTag } from './schema';

const TYPES: Readonly<Record<FamilyType, number>> = { counter: 0, gauge: 1, summary: 2, histogram: 4, info: 1 };

/** For asking the serializer about labels, which do not depend on buckets. */
const ANY_HISTOGRAM: HistogramLayout = { kind: 'histogram', sum: true, min: false, max: false, bounds: [], buckets: 1 };

export class ProtobufDialect implements Dialect {
  readonly ending = Buffer.alloc(0);

  head(official: OfficialHead): ShownHead {
    return familyAsNamed(official);
  }

  opening({ name, type, official }: ShownHead, length: number): Buffer {
    const head = new Bytes();
    head.text(bytesTag(FAMILY.name), name);
    head.text(bytesTag(FAMILY.help), unescapeHelp(official.help));
    head.byte(varintTag(FAMILY.type));
    head.varint(TYPES[type]);
    const unit = unitOf(type === 'counter' ? name.replace(/_total$/, '') : name, official.unit);
    if (unit !== undefined) head.text(bytesTag(FAMILY.unit), unit);
    const opening = new Bytes();
    opening.varint(head.length + length);
    opening.append(head.buffer, 0, head.length);
    return opening.toBuffer();
  }

  page({ scope, family, page, labels, head }: PageSource): PageRendering {
    const { layout } = page;
    const named = layout.kind === 'exponential' ? ANY_HISTOGRAM : layout;
    const texts = labelTexts(scope, asHistogram(family), named, attributesOf(page), labels);
    const fields = labelFields(texts);
    switch (layout.kind) {
      case 'scalar':
        return new ScalarPage(fields, head.type === 'counter');
      case 'histogram':
        return new HistogramPage(page, layout, fields);
      case 'exponential':
        return new NativeHistogramPage(page, layout, fields);
      case 'summary':
        return new SummaryPage(page, layout, fields);
    }
  }

  withExemplars(...[source, page, exemplars, values, base]: Parameters<typeof withExemplars>): WithExemplars {
    return withExemplars(source, page, exemplars, values, base);
  }

  info(line: string): Buffer {
    const page = new ScalarPage(labelFields([/\{(.*)\}/s.exec(line)?.[1] ?? '']), false);
    page.update(Float64Array.of(0, 1), 0);
    return page.bytes;
  }
}

function unescapeHelp(help: string): string {
  return help.replace(/\\([\\n])/g, (_, character) => (character === 'n' ? '\n' : '\\'));
}
