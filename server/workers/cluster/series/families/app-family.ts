/** One family of an app: its pages, and its series by their attributes. */
import type { ExtraLabels } from '../../../../protocol/labels';
import type { HrTime, Scope } from '../../../../../core/otel';
import type { Family, FamilyExemplars, Layout, PlacedPage } from '../../../../../core/snapshot';
import { officialHead, type FamilyType } from '../../../exposition/dialect/head';
import { hashOf } from '../../../identity/hash';
import { LabelSets } from '../../../identity/label-sets';
import { isAdded, isOfHost } from './families';
import { clusterLayout, layoutKey } from './layouts';

/** The series of one layout. */
export interface LayoutSeries {
  readonly layout: Layout;
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
  /** Whether it counts what the host does: its numbers are those of all runs, and are not added. */
  readonly isOfHost: boolean;
  /** Name and type in Prometheus; `undefined` if the family cannot be shown. */
  readonly exposed: { readonly name: string; readonly type: FamilyType } | undefined;
  /** Of name and type. */
  readonly hash: number | undefined;
  readonly labelSets: LabelSets;
  /** The latest one of all instances. */
  endTime: HrTime;

  /** @param extra labels that all series of the app get */
  constructor(
    readonly scope: Scope,
    readonly about: Omit<Family, 'pages' | 'order' | 'endTime'>,
    endTime: HrTime,
    extra: ExtraLabels,
  ) {
    this.isAdded = isAdded(about.dataPointType, about.isMonotonic);
    this.isOfHost = isOfHost(about);
    this.endTime = endTime;
    const family = this.toFamily();
    this.exposed = officialHead(scope, family);
    this.hash = this.exposed && hashOf(`${this.exposed.name} ${this.exposed.type}`);
    this.labelSets = new LabelSets(scope, family, extra);
  }

  /** The series whose numbers can be added to those of an instance's layout. Adds an empty list for a new layout. */
  seriesFor(layout: Layout): LayoutSeries {
    return this.layouts.get(layoutKey(layout)) ?? this.addLayout(clusterLayout(layout));
  }

  /** The series of a layout that a state has. Adds an empty list for a new layout. */
  seriesOf(layout: Layout): LayoutSeries {
    return this.layouts.get(layoutKey(layout)) ?? this.addLayout(layout);
  }

  toFamily(order?: Int32Array, exemplars?: FamilyExemplars): Family {
    // A copy of the list, to which pages are added later.
    const family = { ...this.about, endTime: this.endTime, pages: [...this.pages], order };
    return exemplars === undefined ? family : { ...family, exemplars };
  }

  private addLayout(layout: Layout): LayoutSeries {
    const series = { layout, serials: new Map<string, number>() };
    this.layouts.set(layoutKey(layout), series);
    return series;
  }
}
