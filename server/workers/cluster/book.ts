/** What is kept of one app between tasks: the dictionary, and where the series of instances' pages have their places. */
import type { ClusterState } from '../../protocol/tasks';
import { Dictionary, NO_SERIES, type DictionaryFamily, type Places, type PresentPage } from './dictionary';

export class Book {
  readonly dictionary: Dictionary;
  /** By incarnation and page id. */
  private readonly places = new Map<string, Map<number, Places>>();

  constructor(state: ClusterState) {
    this.dictionary = new Dictionary(state);
  }

  /** @returns whether it goes with that state: if not, a new one has to be made */
  catchUp(state: ClusterState): boolean {
    return this.dictionary.catchUp(state);
  }

  /** Where the present series of an instance's family have their places; those that are new get one. */
  placesOf(incarnation: string, into: DictionaryFamily, pages: readonly PresentPage[]): Places[] {
    let known = this.places.get(incarnation);
    if (known === undefined) this.places.set(incarnation, (known = new Map<number, Places>()));
    const wanting = pages.filter((one) => !suffices(known.get(one.page.id), one));
    const found = wanting.length === 0 ? [] : this.dictionary.resolve(into, wanting);
    wanting.forEach(({ page }, i) => known.set(page.id, found[i] as Places));
    return pages.map(({ page }) => known.get(page.id) as Places);
  }

  /** Forgets pages that are out of use. @param inUse page ids of the runs that have answered, by incarnation */
  forget(incarnations: ReadonlySet<string>, inUse: ReadonlyMap<string, ReadonlySet<number>>): void {
    for (const [incarnation, known] of this.places) {
      if (!incarnations.has(incarnation)) this.places.delete(incarnation);
      const ids = inUse.get(incarnation);
      // Once the useless ones are the majority, so that each is looked at a bounded number of times.
      if (ids === undefined || known.size <= 2 * ids.size) continue;
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    }
  }
}

function suffices(places: Places | undefined, { indices }: PresentPage): boolean {
  if (places === undefined || places.isComplete) return places !== undefined;
  return indices === undefined ? false : indices.every((index) => places.serials[index] !== NO_SERIES);
}
