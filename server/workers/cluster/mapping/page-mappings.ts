/** What is kept of one app between tasks: its series, and which of them the series of its instances' pages are. */
import type { ExtraLabels } from '../../../protocol/labels';
import type { ClusterState } from '../../../protocol/state';
import type { AppFamily } from '../series/families/app-family';
import { AppSeries, NO_SERIES, type PageMapping } from '../series/app-series';
import type { PresentPage } from '../series/present-pages';

export class PageMappings {
  readonly appSeries: AppSeries;
  /** By incarnation of the instance's encoder, and by page id. */
  private readonly mappings = new Map<string, Map<number, PageMapping>>();

  /** @param extra labels that all series of the app get */
  constructor(state: ClusterState, extra: ExtraLabels) {
    this.appSeries = new AppSeries(state, extra);
  }

  /** Adds what another thread has added. @returns false if the state has other pages: then make a new object from it */
  catchUp(state: ClusterState): boolean {
    return this.appSeries.catchUp(state);
  }

  /** The mappings of an instance's pages. Present series that are new are added to the app's. */
  map(incarnation: string, family: AppFamily, pages: readonly PresentPage[]): PageMapping[] {
    let known = this.mappings.get(incarnation);
    if (known === undefined) this.mappings.set(incarnation, (known = new Map<number, PageMapping>()));
    const unmapped = pages.filter((one) => !covers(known.get(one.page.id), one));
    const found = unmapped.length === 0 ? [] : this.appSeries.map(family, unmapped);
    unmapped.forEach(({ page }, i) => known.set(page.id, found[i] as PageMapping));
    return pages.map(({ page }) => known.get(page.id) as PageMapping);
  }

  /**
   * Forgets pages that are no longer in use.
   *
   * @param incarnations of all runs that live
   * @param inUse page ids of the runs that have answered, by incarnation
   */
  forget(incarnations: ReadonlySet<string>, inUse: ReadonlyMap<string, ReadonlySet<number>>): void {
    for (const [incarnation, known] of this.mappings) {
      if (!incarnations.has(incarnation)) this.mappings.delete(incarnation);
      const ids = inUse.get(incarnation);
      // Only once unused pages are the majority: this bounds how often each page is looked at.
      if (ids === undefined || known.size <= 2 * ids.size) continue;
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    }
  }
}

/** Whether all present series have serial numbers. */
function covers(mapping: PageMapping | undefined, { indices }: PresentPage): boolean {
  if (mapping === undefined || mapping.isComplete) return mapping !== undefined;
  return indices === undefined ? false : indices.every((index) => mapping.serials[index] !== NO_SERIES);
}
