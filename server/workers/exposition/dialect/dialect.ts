/** What differs between the three formats. The rest is done by {@link Exposition}, for all formats alike. */
import type { ExtraLabels } from '../../../protocol/labels';
import type { Scope } from '../../../../core/otel';
import type { Family, Page } from '../../../../core/snapshot';
import type { PageRendering, ShownPage } from '../../text/page-text';
import type { SeriesExemplar } from '../../../../core/exemplars';
import type { FamilyType, OfficialHead } from './head';

/** A family's head as a format shows it. Families of one name are shown under the head of the first. */
export interface ShownHead {
  /** The family's name in the format. */
  readonly name: string;
  readonly type: FamilyType;
  /** Names that no other family, and no sample of another family, may have. */
  readonly claims: readonly string[];
  readonly official: OfficialHead;
}

/** A page, and what its rendering depends on. */
export interface PageSource {
  readonly scope: Scope;
  readonly family: Family;
  readonly page: Page;
  readonly labels: ExtraLabels;
  readonly head: ShownHead;
}

export interface Dialect {
  head(official: OfficialHead): ShownHead;
  /** The bytes before the series of a family. @param length of all its series, in bytes */
  opening(head: ShownHead, length: number): Buffer;
  page(source: PageSource): PageRendering;
  /**
   * Adds exemplars to a page that is up to date. A format without this shows none.
   *
   * @param values where the page's numbers stand, from `base` on
   */
  withExemplars?(
    source: PageSource,
    rendering: PageRendering,
    exemplars: readonly SeriesExemplar[],
    values: Float64Array,
    base: number,
  ): WithExemplars;
  /** Renders `target_info`. @param line of the text format: the name and labels, ended by a line feed */
  info(line: string): Buffer;
  /** The bytes behind the last family. */
  readonly ending: Buffer;
}

/** A page with its exemplars. */
export interface WithExemplars {
  readonly page: ShownPage;
  /** How many the format forbids. */
  readonly leftOut: number;
}

/** What the names of a family and its samples end with, by type in the text formats. */
export function suffixesOf(type: string): readonly string[] {
  if (type === 'histogram') return ['', '_bucket', '_count', '_sum'];
  return type === 'summary' ? ['', '_count', '_sum'] : [''];
}
