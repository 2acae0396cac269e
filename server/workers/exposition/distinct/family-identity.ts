/**
 * Shows each series of a family once. Series are one in Prometheus where their labels are the same as they are written: those
 * of two scopes whose labels are not shown, of the metrics `a.b` and `a-b`, with `{code: 200}` and with `{code: '200'}`.
 *
 * Which series are one is found out when new pages come. As long as none comes, a rendering only looks at the ids of pages.
 */
import type { ExtraLabels } from '../../../protocol/labels';
import { attributesOf } from '../../../../core/page-texts';
import type { Scope } from '../../../../core/otel';
import type { Page } from '../../../../core/snapshot';
import { HashTable } from '../../identity/hash-table';
import { LabelSets } from '../../identity/label-sets';
import { join, type Join, type Numbered, type SeriesPlace } from './join';
import { lowerBound, presence } from './order';

/** What all pages of a process share: the same object each time. */
export interface Labelled {
  /** Labels that all series get. */
  readonly labels: ExtraLabels;
}

export interface Identified extends Numbered {
  readonly pages: Labelled;
  readonly scope: Scope;
}

/** A page that has been seen. Its series have numbers, from `first` on. */
interface SeenPage {
  readonly first: number;
  readonly size: number;
}

/** A page that cannot be read. */
const NOT_SEEN: SeenPage = { first: 0, size: 0 };

export class FamilyIdentity {
  /** By process, and by page id. */
  private readonly seen = new Map<Labelled, Map<number, SeenPage>>();
  private pages = 0;
  private series = 0;
  /** By hash of the labels: the first series that has it. */
  private readonly firsts = new HashTable();
  /** By the first of them: series with one hash. They are one if their labels are the same too. */
  private readonly groups = new Map<number, number[]>();

  /** @returns the same members if each series is there once */
  distinct<T extends Identified>(members: readonly T[]): readonly T[] {
    const count = members.reduce((sum, { family }) => sum + family.pages.length, 0);
    // Pages that have gone are only forgotten now and then.
    if (this.pages > 2 * count + 16) this.forget();
    for (const member of members) {
      try {
        this.note(member);
      } catch {
        // The rendering fails at that page too, and reports it.
      }
    }
    if (this.groups.size === 0) return members;
    const joins = this.joinsOf(members);
    return joins.length === 0 ? members : join(members, joins);
  }

  private note({ family, scope, pages }: Identified): void {
    let seen = this.seen.get(pages);
    if (seen === undefined) this.seen.set(pages, (seen = new Map<number, SeenPage>()));
    let labelSets: LabelSets | undefined;
    for (const { page } of family.pages) {
      // A page that comes with another size is another one: its former series are not present any more.
      if (seen.get(page.id)?.size === page.size) continue;
      labelSets ??= new LabelSets(scope, family, pages.labels);
      const hashes = hashesOf(page, labelSets);
      seen.set(page.id, { first: this.series, size: page.size });
      this.pages++;
      for (const hash of hashes) this.add(hash, this.series++);
    }
  }

  private add(hash: number, series: number): void {
    const first = this.firsts.get(hash);
    if (first === undefined) {
      this.firsts.set(hash, series);
      return;
    }
    const group = this.groups.get(first);
    if (group === undefined) this.groups.set(first, [first, series]);
    else group.push(series);
  }

  private forget(): void {
    this.seen.clear();
    this.firsts.clear();
    this.groups.clear();
    this.pages = 0;
    this.series = 0;
  }

  /** For each group of series of which several are present: the first one, and the others. */
  private joinsOf(members: readonly Identified[]): Join[] {
    const places = this.placesOf(members);
    const keys = new Keys(members);
    const joins: Join[] = [];
    for (const group of this.groups.values()) {
      const present = group.flatMap((series) => places.get(series) ?? []);
      present.sort((a, b) => a.member - b.member || a.page - b.page || a.index - b.index);
      const [first, ...others] = present;
      if (first === undefined || others.length === 0) continue;
      // Different label sets may have one hash.
      const same = others.filter((one) => keys.of(one) === keys.of(first));
      if (same.length > 0) joins.push({ into: first, others: same });
    }
    return joins;
  }

  /** Where the series of the groups stand, as far as they are present. */
  private placesOf(members: readonly Identified[]): Map<number, SeriesPlace> {
    const wanted = [...this.groups.values()].flat().sort((a, b) => a - b);
    const places = new Map<number, SeriesPlace>();
    for (const [m, { pages, family }] of members.entries()) {
      const present = presence(family.order, family.pages.length);
      for (const [p, { page }] of family.pages.entries()) {
        const { first, size } = this.seen.get(pages)?.get(page.id) ?? NOT_SEEN;
        for (let at = lowerBound(wanted, first); at < wanted.length && wanted[at]! < first + size; at++) {
          const index = wanted[at]! - first;
          if (present(p, index)) places.set(wanted[at]!, { member: m, page: p, index });
        }
      }
    }
    return places;
  }
}

function hashesOf(page: Page, labelSets: LabelSets): number[] {
  return attributesOf(page).map((attributes) => labelSets.hashOf(attributes, 0));
}

function keysOf(page: Page, labelSets: LabelSets): string[] {
  return attributesOf(page).map((attributes) => labelSets.keyOf(attributes));
}

/** The labels of the series of some pages, read when they are needed. */
class Keys {
  private readonly pages = new Map<Page, string[]>();

  constructor(private readonly members: readonly Identified[]) {}

  of({ member, page, index }: SeriesPlace): string | undefined {
    const { scope, family, pages } = this.members[member]!;
    const placed = family.pages[page]!.page;
    let keys = this.pages.get(placed);
    if (keys === undefined) {
      this.pages.set(placed, (keys = keysOf(placed, new LabelSets(scope, family, pages.labels))));
    }
    return keys[index];
  }
}
