/**
 * The scopes and families of a snapshot, in their order. Where all metrics are cumulative, it is the order of the collection.
 * A family with deltas is there even if a collection does not mention it: once there is one, everything stays in the order in
 * which it was first seen.
 */
import type { Scope } from '../otel';
import type { Family, ScopeFamilies } from '../snapshot';
import type { Sliced } from '../slicer';

/** Families that are described in one step. */
const STEP_FAMILIES = 32;

export class OrderedScope {
  /** By key, in order: what the collection has of a cumulative family, `undefined` for others. */
  readonly families = new Map<string, Family | undefined>();
  /** Whether the collection has the scope. */
  mentioned = true;

  constructor(readonly scope: Scope) {}
}

export class ScopeOrder {
  private readonly scopes = new Map<string, OrderedScope>();
  private keeps = false;

  /** @param keeps whether there are families with deltas */
  begin(keeps: boolean): void {
    if (!keeps || !this.keeps) this.scopes.clear();
    this.keeps = keeps;
    for (const scope of this.scopes.values()) {
      scope.mentioned = false;
      for (const key of scope.families.keys()) scope.families.set(key, undefined);
    }
  }

  /** @returns the scope, at its place */
  mention(key: string, scope: Scope): OrderedScope {
    // Where no places are kept, each entry of the collection is an entry of the snapshot.
    const place = this.keeps ? key : String(this.scopes.size);
    let ordered = this.scopes.get(place);
    if (ordered === undefined) this.scopes.set(place, (ordered = new OrderedScope(scope)));
    ordered.mentioned = true;
    return ordered;
  }

  /**
   * @param describe gets the keys of a family that was not described while the collection was read, and of its scope. It
   * returns what the snapshot has of it, `undefined` for nothing
   * @param isKept whether the place of a family is kept
   */
  *finish(
    describe: (key: string, scopeKey: string) => Family | undefined,
    isKept: (key: string) => boolean,
  ): Sliced<ScopeFamilies[]> {
    const described: ScopeFamilies[] = [];
    let step = 0;
    for (const [key, ordered] of this.scopes) {
      const families: Family[] = [];
      for (const [familyKey, read] of ordered.families) {
        if (step++ % STEP_FAMILIES === 0) yield;
        const family = read ?? describe(familyKey, key);
        if (family !== undefined) families.push(family);
        else if (!isKept(familyKey)) ordered.families.delete(familyKey);
      }
      if (ordered.mentioned || families.length > 0) described.push({ scope: ordered.scope, families });
      else if (ordered.families.size === 0) this.scopes.delete(key);
    }
    return described;
  }
}
