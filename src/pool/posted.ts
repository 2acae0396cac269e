/** Makes the form of snapshots that is posted to worker threads. */
import type { PostedContents, PostedSnapshot } from '../../protocol/posted';
import type { Family, ScopeFamilies, Snapshot } from '../../core/snapshot';
import { Job, Slicer } from '../../core/slicer';
import { ContentsWriter } from './contents-writer';

/** The posted form of one encoder's snapshots. It is made once per snapshot, for all tasks that carry it. */
export class PostedForm {
  private readonly made = new WeakMap<Snapshot, Promise<PostedSnapshot>>();
  private readonly writer = new ContentsWriter();
  private last: { readonly scopes: readonly ScopeFamilies[]; readonly contents: PostedContents } | undefined;

  /** @param slicer cuts the work into slices, since there is a lot when much has changed */
  constructor(private readonly slicer = new Slicer()) {}

  of(snapshot: Snapshot): Promise<PostedSnapshot> {
    let posted = this.made.get(snapshot);
    if (posted === undefined) this.made.set(snapshot, (posted = this.make(snapshot)));
    return posted;
  }

  /** The same without letting the event loop turn. */
  ofNow(snapshot: Snapshot): PostedSnapshot {
    const { scopes } = snapshot;
    return posted(snapshot, this.lastOf(scopes) ?? this.keep(scopes, this.writeNow(scopes)));
  }

  private async make(snapshot: Snapshot): Promise<PostedSnapshot> {
    const { scopes } = snapshot;
    const contents = this.lastOf(scopes) ?? this.keep(scopes, await this.slicer.run(this.writer.write(scopes)));
    return posted(snapshot, contents);
  }

  private writeNow(scopes: readonly ScopeFamilies[]): PostedContents {
    const job = new Job(this.writer.write(scopes));
    job.finish();
    return job.result();
  }

  private lastOf(scopes: readonly ScopeFamilies[]): PostedContents | undefined {
    return this.last !== undefined && haveSameContents(this.last.scopes, scopes) ? this.last.contents : undefined;
  }

  private keep(scopes: readonly ScopeFamilies[], contents: PostedContents): PostedContents {
    this.last = { scopes, contents };
    return contents;
  }
}

function posted(snapshot: Snapshot, contents: PostedContents): PostedSnapshot {
  const { incarnation, generation, time, resource, scopes, values, previous, stats } = snapshot;
  const endTimes = endTimesOf(scopes);
  const exemplars = exemplarsOf(scopes);
  return { incarnation, generation, time, resource, contents, endTimes, exemplars, values, previous, stats };
}

/** By identity: the encoder hands out the same objects for what has stayed the same. */
function haveSameContents(some: readonly ScopeFamilies[], others: readonly ScopeFamilies[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) {
    const { scope, families } = some[i] as ScopeFamilies;
    const other = others[i] as ScopeFamilies;
    if (scope !== other.scope || families.length !== other.families.length) return false;
    for (let f = 0; f < families.length; f++) {
      if (!differInTimeOnly(families[f] as Family, other.families[f] as Family)) return false;
    }
  }
  return true;
}

function differInTimeOnly(some: Family, other: Family): boolean {
  return (
    some.pages === other.pages &&
    some.order === other.order &&
    some.descriptor === other.descriptor &&
    some.dataPointType === other.dataPointType &&
    some.aggregationTemporality === other.aggregationTemporality &&
    some.isMonotonic === other.isMonotonic &&
    some.aggregator === other.aggregator
  );
}

function exemplarsOf(scopes: readonly ScopeFamilies[]): PostedSnapshot['exemplars'] {
  const posted: PostedSnapshot['exemplars'][number][] = [];
  let index = 0;
  for (const { families } of scopes) {
    for (const { exemplars } of families) {
      if (exemplars !== undefined) posted.push([index, exemplars]);
      index++;
    }
  }
  return posted;
}

function endTimesOf(scopes: readonly ScopeFamilies[]): Float64Array {
  let families = 0;
  for (const scope of scopes) families += scope.families.length;
  const times = new Float64Array(2 * families);
  let at = 0;
  for (const scope of scopes) {
    for (const { endTime } of scope.families) {
      times[at++] = endTime[0];
      times[at++] = endTime[1];
    }
  }
  return times;
}
