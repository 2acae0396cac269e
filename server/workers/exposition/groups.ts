/** Groups the families of all snapshots and scopes by name: each name is one group of lines in an exposition. */
import type { Scope } from '../../../core/otel';
import type { Family, Snapshot } from '../../../core/snapshot';
import { seriesCount } from '../../../core/series';
import { messageOf } from '../../../core/values';
import type { ShownHead } from './dialect/dialect';
import type { RenderedPages } from './kept/rendered-pages';
import type { Report } from '../report';

export interface Group {
  readonly head: ShownHead;
  readonly members: readonly Member[];
}

/** A group to which members are added. */
type OpenGroup = Pick<Group, 'head'> & { readonly members: Member[] };

export interface Member {
  /** Index of the snapshot. */
  readonly source: number;
  readonly pages: RenderedPages;
  readonly values: Float64Array;
  readonly scope: Scope;
  readonly family: Family;
}

/** A snapshot that is to be shown, and what is kept of its former renderings. */
export interface Source {
  readonly snapshot: Snapshot;
  readonly pages: RenderedPages;
  /** Those that started last claim their names first. */
  readonly startedAt: number;
}

/**
 * @param reserved names that no family may have
 * @param report gets the families that cannot be shown
 * @returns groups in the order of their names
 */
export function groupFamilies(sources: readonly Source[], reserved: readonly string[], report: Report): Group[] {
  const groups = new Map<string, OpenGroup>();
  const claims = new Map<string, string>(reserved.map((name) => [name, 'target_info']));
  // If a name has several types, that of the run that started last stands, as in the cluster.
  const claiming = [...sources.entries()].sort(([, a], [, b]) => b.startedAt - a.startedAt);
  for (const [source, { snapshot, pages }] of claiming) {
    for (const { scope, families } of snapshot.scopes) {
      for (const family of families) {
        const member = { source, pages, values: snapshot.values, scope, family };
        try {
          const problem = seriesCount(family) === 0 ? undefined : addToGroup(member, groups, claims);
          if (problem !== undefined) report.leaveOut(pages, 'name', seriesCount(family), problem);
        } catch (error) {
          report.leaveOut(pages, 'error', seriesCount(family), cannotBeShown(family.descriptor.name, error));
        }
      }
    }
  }
  const byName = [...groups.values()].sort((a, b) => (a.head.name < b.head.name ? -1 : 1));
  for (const { members } of byName) members.sort((a, b) => a.source - b.source);
  return byName;
}

/** @returns a sentence if it cannot be shown */
function addToGroup(member: Member, groups: Map<string, OpenGroup>, claims: Map<string, string>): string | undefined {
  const { pages, scope, family } = member;
  const head = pages.head(scope, family);
  if (head === undefined) {
    return `Metric ${JSON.stringify(family.descriptor.name)} is left out: Prometheus allows no such name.`;
  }
  let group = groups.get(head.name);
  if (group === undefined) {
    for (const name of head.claims) {
      const owner = claims.get(name);
      if (owner !== undefined) return taken(head.official.name, name, owner);
    }
    for (const name of head.claims) claims.set(name, head.official.name);
    group = { head, members: [] };
    groups.set(head.name, group);
  }
  if (group.head.type !== head.type) return conflict(head, group.head);
  group.members.push(member);
  return undefined;
}

/** What the log says of a metric, or a process, for which something has thrown. */
export function cannotBeShown(metric: string, error: unknown): string {
  return `Metric ${metric} is left out for one process: ${messageOf(error)}`;
}

function conflict({ name, official, type }: ShownHead, first: ShownHead): string {
  // In OpenMetrics, a counter's family may have the name of a gauge: it goes without `_total`.
  if (official.name !== first.official.name) return taken(official.name, name, first.official.name);
  return `Metric ${official.name} is left out where it is a ${type}: it is a ${first.type} elsewhere.`;
}

function taken(metric: string, name: string, owner: string): string {
  return `Metric ${metric} is left out: the name ${name} is taken by ${owner}.`;
}
