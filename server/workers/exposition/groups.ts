/** Groups the families of all snapshots and scopes by name: each name is one group of lines in an exposition. */
import type { Scope } from '../../../core/otel';
import type { Family, Snapshot } from '../../../core/snapshot';
import { seriesCount } from '../../../core/series';
import type { FamilyHead } from './dialect';
import type { RenderedPages } from './rendered-pages';

export interface Group {
  readonly head: FamilyHead;
  readonly members: readonly Member[];
}

/** A group to which members are added. */
type OpenGroup = Pick<Group, 'head'> & { readonly members: Member[] };

export interface Member {
  readonly pages: RenderedPages;
  readonly values: Float64Array;
  readonly scope: Scope;
  readonly family: Family;
}

/** Takes a sentence for the log. */
export type Warn = (sentence: string) => unknown;

/** A snapshot that is to be shown, and what is kept of its former renderings. */
export interface Source {
  readonly snapshot: Snapshot;
  readonly pages: RenderedPages;
}

/**
 * @param reserved names that no family may have
 * @param warn gets a sentence for each family that cannot be shown
 * @returns groups in the order of their names
 */
export function groupFamilies(sources: readonly Source[], reserved: readonly string[], warn: Warn): Group[] {
  const groups = new Map<string, OpenGroup>();
  const claims = new Map<string, string>(reserved.map((name) => [name, 'target_info']));
  for (const { snapshot, pages } of sources) {
    for (const { scope, families } of snapshot.scopes) {
      for (const family of families) {
        if (seriesCount(family) === 0) continue;
        const head = pages.head(scope, family);
        if (head === undefined) {
          warn(`Metric ${JSON.stringify(family.descriptor.name)} is left out: Prometheus allows no such name.`);
          continue;
        }
        const group = groups.get(head.name) ?? openGroup(head, groups, claims, warn);
        if (group === undefined) continue;
        if (group.head.type === head.type) group.members.push({ pages, values: snapshot.values, scope, family });
        else warn(conflict(head, group.head));
      }
    }
  }
  return [...groups.values()].sort((a, b) => (a.head.name < b.head.name ? -1 : 1));
}

function openGroup(
  head: FamilyHead,
  groups: Map<string, OpenGroup>,
  claims: Map<string, string>,
  warn: Warn,
): OpenGroup | undefined {
  for (const name of head.claims) {
    const owner = claims.get(name);
    if (owner === undefined) continue;
    warn(taken(head.official.name, name, owner));
    return undefined;
  }
  for (const name of head.claims) claims.set(name, head.official.name);
  const group = { head, members: [] };
  groups.set(head.name, group);
  return group;
}

function conflict({ name, official, type }: FamilyHead, first: FamilyHead): string {
  // In OpenMetrics, a counter's family may have the name of a gauge: it goes without `_total`.
  if (official.name !== first.official.name) return taken(official.name, name, first.official.name);
  return `Metric ${official.name} is left out where it is a ${type}: it is a ${first.type} elsewhere.`;
}

function taken(metric: string, name: string, owner: string): string {
  return `Metric ${metric} is left out: the name ${name} is taken by ${owner}.`;
}
