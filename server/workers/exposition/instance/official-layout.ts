/**
 * Which families of a snapshot stand where in the text of one instance: in their order, as the official serializer writes
 * them, unless that is not valid.
 */
import type { Scope } from '../../../../core/otel';
import type { Family, Snapshot } from '../../../../core/snapshot';
import { seriesCount } from '../../../../core/series';
import { FamilyIdentity, type Identified, type Labelled } from '../distinct/family-identity';
import { joinedSentence } from '../distinct/sentence';
import { suffixesOf } from '../dialect/dialect';
import { Kept } from '../kept/kept';
import { familyHead, hasLines } from '../../text/official/official';
import { areAllVerbatim } from '../../text/official/verbatim';

/** Takes a sentence for the log. */
export type Warn = (sentence: string) => unknown;

export type TextMember = Identified;

/** Families that share HELP and TYPE. */
export interface TextGroup {
  /** In Prometheus. */
  readonly name: string;
  readonly head: Buffer;
  readonly members: readonly TextMember[];
}

interface Head {
  readonly bytes: Buffer;
  readonly name: string;
  readonly type: string;
}

interface OpenGroup {
  readonly head: Head;
  /** Index of its first family. */
  index: number;
  readonly members: TextMember[];
}

interface Entry {
  readonly index: number;
  readonly head: Head;
  readonly member: TextMember;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const TYPE_LINE = /# TYPE (\S*) (\S*)\n$/;

/** The series of one instance get no further labels. */
const INSTANCE: Labelled = { labels: [] };

export class OfficialLayout {
  /** By what the head says of the family. */
  private readonly heads = new Kept<string, Head>();
  /** By name. */
  private readonly identities = new Kept<string, FamilyIdentity>();

  groupsOf(snapshot: Snapshot, warn: Warn): TextGroup[] {
    const entries = this.entriesOf(snapshot, warn);
    const groups = new Map<string, OpenGroup>();
    const claims = new Map(areAllVerbatim(snapshot.scopes) ? [] : [['target_info', 'target_info']]);
    const isShown = ({ member: { family } }: Entry): boolean => hasLines(family) && seriesCount(family) > 0;
    for (const entry of entries.filter(isShown)) {
      const problem = place(entry, groups, claims);
      if (problem === undefined) groups.get(entry.head.name)?.members.push(entry.member);
      else warn(problem);
    }
    // A family without series has a head if its name is free.
    for (const entry of entries.filter((one) => !isShown(one))) place(entry, groups, claims);
    const inOrder = [...groups.values()].sort((a, b) => a.index - b.index);
    const shown = inOrder.map(({ head, members }) => ({
      name: head.name,
      head: head.bytes,
      members: this.distinct(head, members, warn),
    }));
    this.heads.endRendering();
    this.identities.endRendering();
    return shown;
  }

  private distinct({ name, type }: Head, members: readonly TextMember[], warn: Warn): readonly TextMember[] {
    if (members.length === 0) return members;
    const distinct = this.identities.get(name, () => new FamilyIdentity()).distinct(members);
    if (distinct !== members) warn(joinedSentence(name, type));
    return distinct;
  }

  /** Families that can be shown, as they come. */
  private entriesOf({ scopes, values }: Snapshot, warn: Warn): Entry[] {
    const entries: Entry[] = [];
    for (const { scope, families } of scopes) {
      for (const family of families) {
        const head = this.head(scope, family);
        if (head.bytes.length === 0) continue;
        if (NAME.test(head.name)) {
          const member = { pages: INSTANCE, values, scope, family };
          entries.push({ index: entries.length, head, member });
        } else {
          warn(`Metric ${JSON.stringify(family.descriptor.name)} is left out: Prometheus allows no such name.`);
        }
      }
    }
    return entries;
  }

  private head(scope: Scope, family: Family): Head {
    const { descriptor, dataPointType, isMonotonic } = family;
    return this.heads.get(JSON.stringify([scope, descriptor, dataPointType, isMonotonic]), () => {
      const text = familyHead(scope, family);
      const [, name = '', type = ''] = TYPE_LINE.exec(text) ?? [];
      return { bytes: Buffer.from(text), name, type };
    });
  }
}

/** Finds or opens the family's group. @returns a sentence if it has to be left out */
function place(
  { index, head }: Entry,
  groups: Map<string, OpenGroup>,
  claims: Map<string, string>,
): string | undefined {
  const { name, type } = head;
  const group = groups.get(name);
  if (group !== undefined) {
    if (group.head.type !== type)
      return `Metric ${name} is left out where it is a ${type}: it is a ${group.head.type} elsewhere.`;
    group.index = Math.min(group.index, index);
    return undefined;
  }
  const names = suffixesOf(type).map((suffix) => name + suffix);
  for (const one of names) {
    const owner = claims.get(one);
    if (owner !== undefined) return `Metric ${name} is left out: the name ${one} is taken by ${owner}.`;
  }
  for (const one of names) claims.set(one, name);
  groups.set(name, { head, index, members: [] });
  return undefined;
}
