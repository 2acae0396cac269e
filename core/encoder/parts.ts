/** What the encoder keeps from one collection to the next. New parts know no series. */
import type { AnyFamily } from './any-family';
import type { Sliced } from '../slicer';
import type { Family } from '../snapshot';
import { Columns } from './columns/columns';
import { Cycle } from './cycle';
import { DeltaFamily } from './deltas/delta-family';
import { DeltaValue } from './deltas/delta-value';
import { PointBatch } from './deltas/point-batch';
import { Forgetting } from './deltas/forgetting';
import { ScopeOrder } from './scope-order';
import { PageSupply } from './series/page-supply';
import { Tidying } from './tidying/tidying';

export interface Limits {
  /** Series that are kept at the most, over all families. */
  readonly maxSeries: number;
  /** A series with deltas that has not changed for so long is forgotten. `undefined` for never. */
  readonly forgetAfterMs?: number | undefined;
}

/** A family with deltas, from which later parts are restored. */
export interface EncodedDeltas {
  readonly key: string;
  readonly scopeKey: string;
  readonly encoder: DeltaFamily;
  /** What the snapshot has. */
  readonly family: Family;
}

export class Parts {
  readonly columns = new Columns();
  readonly families = new Map<string, AnyFamily>();
  readonly cycle = new Cycle(this.columns);
  readonly order = new ScopeOrder();
  readonly supply: PageSupply;
  readonly tidying: Tidying;
  readonly forgetting: Forgetting;
  readonly maxSeries: number;
  private readonly forgets: boolean;
  /** Used again and again: for a batch of data points with deltas, and for a single one. */
  private readonly batch = new PointBatch();
  private readonly value = new DeltaValue();

  constructor({ maxSeries, forgetAfterMs = Infinity }: Limits, nextPageId: () => number) {
    const { columns, families, cycle } = this;
    this.maxSeries = maxSeries;
    this.forgets = forgetAfterMs < Infinity;
    this.supply = new PageSupply(columns, nextPageId);
    this.tidying = new Tidying({ families, columns, supply: this.supply, cycle, maxSeries });
    this.forgetting = new Forgetting(forgetAfterMs);
  }

  /** What all families with deltas share. */
  get shared() {
    const { supply, value, batch } = this;
    return { supply, value, batch, now: this.forgets ? this.cycle.now : undefined };
  }

  /** Makes the families with deltas that the last snapshot has, whose column is the current one. */
  *restore(deltas: readonly EncodedDeltas[], generation: number): Sliced {
    this.order.begin(true);
    for (const { key, scopeKey, encoder, family } of deltas) {
      const restored = new DeltaFamily(encoder.head, this.shared, generation);
      yield* restored.restore(family, generation);
      this.families.set(key, restored);
      this.order.mention(scopeKey, encoder.head.scope).families.set(key, undefined);
    }
  }

  *deltaFamilies(): Iterable<DeltaFamily> {
    for (const family of this.families.values()) if (family instanceof DeltaFamily) yield family;
  }
}
