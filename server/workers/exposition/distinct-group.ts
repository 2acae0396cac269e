/** Shows each series of a group once. */
import { seriesCount } from '../../../core/series';
import { cannotBeShown, type Group, type Member } from './groups';
import type { Report } from '../report';
import { FamilyIdentity } from './distinct/family-identity';
import { joinedSentence } from './distinct/sentence';

/** @param report gets the series that have been joined, and the members whose series cannot be read */
export function distinctGroup(group: Group, report: Report): Group {
  const { head, members } = group;
  const spaces = spacesOf(members);
  const shown = spaces.flatMap((some) => {
    const { pages } = some[0]!;
    const key = `${spaces.length} ${head.name}`;
    try {
      const distinct = pages.identities.get(key, () => new FamilyIdentity()).distinct(some);
      if (distinct !== some) report.warn(joinedSentence(head.official.name, head.type));
      return distinct;
    } catch (error) {
      pages.identities.forget(key);
      for (const { pages: of, family } of some) {
        report.leaveOut(of, 'error', seriesCount(family), cannotBeShown(head.official.name, error));
      }
      return [];
    }
  });
  return { head, members: shown };
}

/**
 * Divides the members into those whose series cannot be the same. Series of two processes differ in the labels that all
 * series of a process get, if both have the same names of labels.
 */
function spacesOf(members: readonly Member[]): Member[][] {
  const names = members.map(({ pages }) => pages.labels.map(([name]) => name).join());
  if (new Set(names).size > 1) return [[...members]];
  const spaces = new Map<string, Member[]>();
  for (const member of members) {
    const known = spaces.get(member.pages.space);
    if (known === undefined) spaces.set(member.pages.space, [member]);
    else known.push(member);
  }
  return [...spaces.values()];
}
