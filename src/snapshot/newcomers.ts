/** Series of one family that are seen for the first time in this collection, until they get their pages. */
import { PAGE_SERIES, type Layout } from '../../protocol/snapshot';
import { fitsExponential, fitsHistogram, layoutFor, layoutKey, type LayoutKind } from './layouts';
import type { ExponentialHistogramValue, HistogramValue } from '../../protocol/otel';

/** No slot yet: stands in the dictionary's index while the series waits for its page. */
export const PENDING = -1;

export interface Newcomer {
  readonly position: number;
  readonly text: string;
  /** The slot that the series has had in another layout, or {@link PENDING}. */
  readonly movedFrom: number;
}

interface Group {
  readonly layout: Layout;
  readonly members: Newcomer[];
}

export class Newcomers {
  private readonly groups = new Map<string, Group>();
  private last: Group | undefined;
  count = 0;

  constructor(private readonly kind: LayoutKind) {}

  add(newcomer: Newcomer, value: unknown): void {
    this.groupFor(value).members.push(newcomer);
    this.count++;
  }

  /** One page's worth at a time. */
  *pages(): Generator<{ readonly layout: Layout; readonly members: readonly Newcomer[] }> {
    for (const { layout, members } of this.groups.values()) {
      for (let from = 0; from < members.length; from += PAGE_SERIES) {
        yield { layout, members: members.slice(from, from + PAGE_SERIES) };
      }
    }
  }

  private groupFor(value: unknown): Group {
    if (this.last !== undefined && fits(this.last.layout, value)) return this.last;
    const layout = layoutFor(this.kind, value);
    const key = layoutKey(layout);
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { layout, members: [] };
      this.groups.set(key, group);
    }
    this.last = group;
    return group;
  }
}

export function fits(layout: Layout, value: unknown): boolean {
  switch (layout.kind) {
    case 'scalar':
      return true;
    case 'histogram':
      return fitsHistogram(layout, value as HistogramValue);
    case 'exponential':
      return fitsExponential(layout, value as ExponentialHistogramValue);
  }
}
