/**
 * Twins: series of an app that are one series in Prometheus. They differ in what is not exposed, such as the kind of
 * instrument or the type of an attribute, or in the layout of their numbers. Each keeps numbers of its own, so that a reset
 * of one is not taken for a reset of the other; what is shown is their sum.
 */
import { attributesOf } from '../../../../../core/page-texts';
import type { Page, PlacedPage } from '../../../../../core/snapshot';
import { HashTable } from '../../../identity/hash-table';
import type { AppFamily } from './app-family';

/** A page of an app's family. */
export interface OwnedPage extends PlacedPage {
  readonly family: AppFamily;
  /** Serial number of its first series. */
  readonly first: number;
}

export class Twins {
  /** By serial number of the first twin: all twins, in ascending order. */
  readonly groups = new Map<number, number[]>();
  /** By hash of what is exposed: the first series that has it. */
  private readonly firsts = new HashTable();
  /** By serial number of another twin than the first: that of the first. */
  private readonly leaders = new Map<number, number>();
  /** In the order of their first series. */
  private readonly pages: OwnedPage[] = [];

  /** The first twin of a series, or the series itself. */
  leaderOf(serial: number): number {
    return this.leaders.get(serial) ?? serial;
  }

  pageOf(serial: number): OwnedPage {
    let low = 0;
    for (let high = this.pages.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (this.pages[middle]!.first <= serial) low = middle;
      else high = middle;
    }
    return this.pages[low]!;
  }

  /** Adds the series of a page, behind those of the pages before. */
  add(placed: OwnedPage): void {
    this.pages.push(placed);
    const { family, page, first } = placed;
    const seed = family.hash;
    if (seed === undefined) return;
    for (const [i, attributes] of attributesOf(page).entries()) {
      const hash = family.labelSets.hashOf(attributes, seed);
      const known = this.firsts.get(hash);
      if (known === undefined) this.firsts.set(hash, first + i);
      else if (this.isTwin(known, family, family.labelSets.keyOf(attributes))) this.join(known, first + i);
    }
  }

  private isTwin(serial: number, family: AppFamily, key: string): boolean {
    const { family: other, page, first } = this.pageOf(serial);
    return (
      other.exposed?.name === family.exposed?.name &&
      other.exposed?.type === family.exposed?.type &&
      keysOf(other, page)[serial - first] === key
    );
  }

  private join(leader: number, serial: number): void {
    this.leaders.set(serial, leader);
    const group = this.groups.get(leader);
    if (group === undefined) this.groups.set(leader, [leader, serial]);
    else group.push(serial);
  }
}

function keysOf({ labelSets }: AppFamily, page: Page): string[] {
  return attributesOf(page).map((attributes) => labelSets.keyOf(attributes));
}
