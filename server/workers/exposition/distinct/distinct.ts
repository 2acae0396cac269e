/** Shows each series of a group once. */
import type { Group, Member, Warn } from '../groups';
import { FamilyIdentity } from './family-identity';
import { joinedSentence } from './sentence';

/** @param warn gets a sentence if series have been joined */
export function distinctGroup(group: Group, warn: Warn): Group {
  const { head, members } = group;
  const spaces = spacesOf(members);
  const shown = spaces.flatMap((some) => {
    const key = `${spaces.length} ${head.name}`;
    const identity = some[0]!.pages.identities.get(key, () => new FamilyIdentity());
    const distinct = identity.distinct(some);
    if (distinct !== some) warn(joinedSentence(head.official.name, head.type));
    return distinct;
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
