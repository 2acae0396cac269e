/** What differs between the three formats. The rest is done by {@link Exposition}, for all formats alike. */
import type { Scope } from '../../../core/otel';
import type { Family, Page } from '../../../core/snapshot';
import type { ExtraLabels } from '../text/official';
import type { PageRendering } from '../text/page-text';
import type { FamilyType, OfficialHead } from './head';

/** What all families of one name share. */
export interface FamilyHead {
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
  readonly head: FamilyHead;
}

export interface Dialect {
  head(official: OfficialHead): FamilyHead;
  /** The bytes before the series of a family. @param length of all its series, in bytes */
  opening(head: FamilyHead, length: number): Buffer;
  page(source: PageSource): PageRendering;
  /** Renders `target_info`. @param line of the text format: the name and labels, ended by a line feed */
  info(line: string): Buffer;
  /** The bytes behind the last family. */
  readonly ending: Buffer;
}

/** What the names of a histogram's family and samples end with in the text formats. */
export const HISTOGRAM_SUFFIXES = ['', '_bucket', '_count', '_sum'] as const;
