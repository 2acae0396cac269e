/**
 * Prometheus's text format 0.0.4, as the official serializer writes it.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { forbiddenHistograms } from '../../text/official/forbidden';
import { pageLines } from '../../text/official/official';
import { PageText, type PageRendering } from '../../text/page-text';
import { attributesOf } from '../../../../core/page-texts';
import { ClassicBuckets } from './classic-buckets';
import { suffixesOf, type Dialect, type PageSource, type ShownHead } from '../dialect/dialect';
import type { OfficialHead } from '../dialect/head';
import { numberText } from '../../text/lines/digits';

export class TextDialect implements Dialect {
  readonly ending = Buffer.alloc(0);
  private readonly classic = new ClassicBuckets({ boundText: numberText, strict: false });

  head(official: OfficialHead): ShownHead {
    return familyAsNamed(official);
  }

  opening({ official }: ShownHead): Buffer {
    return Buffer.from(official.text);
  }

  page(source: PageSource): PageRendering {
    const { scope, family, page, labels } = source;
    const { layout } = page;
    if (layout.kind === 'exponential') return this.classic.page(source, layout);
    const text = pageLines(scope, family, layout, attributesOf(page), labels);
    return new PageText(
      page,
      text,
      layout.kind === 'histogram' ? { forbidden: forbiddenHistograms(layout, false) } : {},
    );
  }

  info(line: string): Buffer {
    return Buffer.from(line);
  }
}

/** The family and its samples are called what the official serializer calls them. */
export function familyAsNamed(official: OfficialHead): ShownHead {
  const { name, type } = official;
  return { name, type, claims: suffixesOf(type).map((suffix) => name + suffix), official };
}
