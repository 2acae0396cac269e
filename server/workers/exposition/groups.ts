/** Brings the families of all parts and scopes together by name, so that each is one group of lines. */
import type { Scope } from '../../../core/otel';
import type { Family } from '../../../core/snapshot';
import type { Part } from '../../protocol/tasks';
import { seriesCount } from '../../../core/series';
import type { FamilyHead } from './dialect';
import type { PartPages } from './part-pages';

export interface Group {
  readonly head: FamilyHead;
  readonly members: Member[];
}

export interface Member {
  readonly pages: PartPages;
  readonly values: Float64Array;
  readonly scope: Scope;
  readonly family: Family;
}

/** Takes a sentence for the log. */
export type Warn = (sentence: string) => unknown;

export type PartWithPages = readonly [part: Part, pages: PartPages];

/**
 * @param reserved names that are no family's to have
 * @param warn hears which families can't be shown, and why
 * @returns groups in the order of their names
 */
export function groupFamilies(parts: readonly PartWithPages[], reserved: readonly string[], warn: Warn): Group[] {
  const groups = new Map<string, Group>();
  const claims = new Map<string, string>(reserved.map((name) => [name, 'target_info']));
  for (const [{ snapshot }, pages] of parts) {
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
  groups: Map<string, Group>,
  claims: Map<string, string>,
  warn: Warn,
): Group | undefined {
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
  // OpenMetrics calls a counter as a gauge may be called.
  if (official.name !== first.official.name) return taken(official.name, name, first.official.name);
  return `Metric ${official.name} is left out where it is a ${type}: it is a ${first.type} elsewhere.`;
}

function taken(metric: string, name: string, owner: string): string {
  return `Metric ${metric} is left out: the name ${name} is taken by ${owner}.`;
}
