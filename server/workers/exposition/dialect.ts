/** What the three formats have to say for themselves; the rest, {@link Exposition} does for all of them alike. */
import type { Scope } from '../../../core/otel';
import type { Family, Page } from '../../../core/snapshot';
import type { ExtraLabels } from '../text/official';
import type { PageRendering } from '../text/page-text';
import type { FamilyType, OfficialHead } from './head';

/** What all members of a family share. */
export interface FamilyHead {
  /** What the format calls the family. */
  readonly name: string;
  readonly type: FamilyType;
  /** Names that no other family may have, nor its samples. */
  readonly claims: readonly string[];
  readonly official: OfficialHead;
}

export interface PageSource {
  readonly scope: Scope;
  readonly family: Family;
  readonly page: Page;
  readonly labels: ExtraLabels;
  readonly head: FamilyHead;
}

export interface Dialect {
  head(official: OfficialHead): FamilyHead;
  /** What stands before the series of a family, which are `length` bytes. */
  opening(head: FamilyHead, length: number): Buffer;
  page(source: PageSource): PageRendering;
  /** @param line of the text format: `target_info` and its labels, ended by a line feed */
  info(line: string): Buffer;
  /** Behind the last family. */
  readonly ending: Buffer;
}

/** Names that a family takes in the text formats; those of a histogram end so. */
export const HISTOGRAM_SUFFIXES = ['', '_bucket', '_count', '_sum'] as const;
