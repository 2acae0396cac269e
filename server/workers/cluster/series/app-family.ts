/** One family of an app: its pages, and its series by their attributes. */
import type { HrTime, Scope } from '../../../../core/otel';
import type { Family, Layout, PlacedPage } from '../../../../core/snapshot';
import { isAdded } from './families';
import { boundsLabel, clusterLayout, layoutKey } from './layouts';

/** The series of one layout. */
export interface LayoutSeries {
  readonly layout: Layout;
  /** Value of the label `bounds`, which all series have but those of the family's first layout: `undefined` there. */
  readonly bounds: string | undefined;
  /** Serial numbers by the text of the attributes, in each order of the attributes that an instance has sent. */
  readonly serials: Map<string, number>;
}

export class AppFamily {
  readonly pages: PlacedPage[] = [];
  /** By page: serial number of its first series. */
  readonly firsts: number[] = [];
  readonly layouts = new Map<string, LayoutSeries>();
  /** Whether its numbers only grow: they are added, and stay in the sums when their run ends. */
  readonly isAdded: boolean;
  /** The latest one of all instances. */
  endTime: HrTime;

  constructor(
    readonly scope: Scope,
    readonly about: Omit<Family, 'pages' | 'order' | 'endTime'>,
    endTime: HrTime,
  ) {
    this.isAdded = isAdded(about.dataPointType, about.isMonotonic);
    this.endTime = endTime;
  }

  /** The series whose numbers can be added to those of an instance's layout. Adds an empty list for a new layout. */
  seriesFor(layout: Layout): LayoutSeries {
    return this.layouts.get(layoutKey(layout)) ?? this.addLayout(clusterLayout(layout));
  }

  /** The series of a layout that a state has. Adds an empty list for a new layout. */
  seriesOf(layout: Layout): LayoutSeries {
    return this.layouts.get(layoutKey(layout)) ?? this.addLayout(layout);
  }

  toFamily(order?: Int32Array): Family {
    // A copy of the list, to which pages are added later.
    return { ...this.about, endTime: this.endTime, pages: [...this.pages], order };
  }

  private addLayout(layout: Layout): LayoutSeries {
    const bounds = this.layouts.size === 0 ? undefined : boundsLabel(layout);
    const series = { layout, bounds, serials: new Map<string, number>() };
    this.layouts.set(layoutKey(layout), series);
    return series;
  }
}
