/**
 * Several sources as one. Each has a deadline: one that fails or hangs is represented by what it had last, and takes nothing
 * from the others.
 *
 * What a source that accumulates has collected is gone at that source. So nothing is handed over before the result of a
 * collection is sure to be used: a collector that asks again has given up the collection before.
 */
import { attributesText } from '../../../core/encoder/series/attributes';
import type { ResourceMetrics, ScopeMetrics } from '../../../core/otel';
import type { StateLog } from '../../../core/state-log';
import { messageOf } from '../../../core/values';
import { settlesWithin } from './deadline';
import { DEADLINE_MS, Member } from './member';
import { MOST_ENTRIES, type ForeignCollection } from './foreign-collection';
import type { MetricsSource } from './source';

/** Of one source. A list without end takes no room from the scopes of others. */
const MOST_SCOPES = 10_000;

export interface LabelledSource {
  readonly source: MetricsSource;
  /** What log lines call it. */
  readonly label: string;
}

export class CompositeSource implements MetricsSource {
  readonly accumulates = true;
  private readonly members: Member[] = [];
  private readonly bySource = new Map<MetricsSource, Member>();
  /** The collection whose result counts. */
  private current: object | undefined;

  constructor(
    sources: readonly LabelledSource[],
    private readonly states: StateLog,
  ) {
    for (const source of sources) this.add(source);
  }

  /** It takes part from the next collection on. */
  add({ source, label }: LabelledSource): void {
    const member = new Member(source, label, () =>
      Math.min(MOST_SCOPES, Math.floor(MOST_ENTRIES / this.members.length)),
    );
    this.members.push(member);
    this.bySource.set(source, member);
  }

  /** Releases it. It takes part in no further collection. */
  remove(source: MetricsSource): void {
    const member = this.bySource.get(source);
    if (member === undefined) return;
    this.bySource.delete(source);
    this.members.splice(this.members.indexOf(member), 1);
    this.onMember(member, 'release');
  }

  /** Providers that are replaced are the business of the members. */
  provider(): object {
    return this;
  }

  /** @throws Error if no source has anything new, so that the numbers are seen to grow old */
  async collect(): Promise<ResourceMetrics> {
    const { members } = this;
    const collection = {};
    this.current = collection;
    const isCurrent = (): boolean => this.current === collection;
    const waited = members.map((member) => member.ask()).filter((done) => done !== undefined);
    const inTime = waited.length === 0 || (await settlesWithin(Promise.all(waited), DEADLINE_MS));
    if (!inTime && isCurrent()) for (const member of members) member.noteDeadline();
    if (isCurrent()) this.tell();
    while (isCurrent() && !members.some(({ isReady }) => isReady)) {
      const underWay = members.map((member) => member.underWay).filter((done) => done !== undefined);
      if (underWay.length === 0) break;
      await Promise.race(underWay);
    }
    if (!isCurrent()) throw new Error('the collection was given up');
    this.tell();
    if (!members.some(({ isReady }) => isReady)) throw new Error(`none of the ${members.length} sources works`);
    return this.merge(members.map((member) => ({ member, collections: [member.take()] })));
  }

  /** Of a source that cannot collect without waiting, the result has its last data. */
  collectNow(): ResourceMetrics {
    // A collection that is under way gets nothing any more.
    this.current = undefined;
    return this.merge(this.members.map((member) => ({ member, collections: member.takeNow() })));
  }

  accept(): void {
    for (const member of this.members) this.onMember(member, 'accept');
  }

  release(): void {
    this.current = undefined;
    for (const member of this.members) this.onMember(member, 'release');
  }

  private onMember(member: Member, call: 'accept' | 'release'): void {
    try {
      member[call]();
    } catch (error) {
      this.states.warnOnce(
        `${call} of ${member.label}`,
        `${call}() of ${member.label} has failed: ${messageOf(error)}`,
      );
    }
  }

  private tell(): void {
    for (const { label, trouble } of this.members) {
      const consequence = 'so its last numbers stay until the next try succeeds';
      this.states.report({ name: `Collecting the metrics of ${label}`, consequence }, trouble);
    }
  }

  private merge(
    collected: readonly { readonly member: Member; readonly collections: readonly (ForeignCollection | undefined)[] }[],
  ): ResourceMetrics {
    const attributes = new Map<string, unknown>();
    const scopeMetrics: ScopeMetrics[] = [];
    for (const { member, collections } of collected) {
      for (const collection of collections) {
        if (collection === undefined) continue;
        this.addAttributes(attributes, collection.resource, member.label);
        for (const entry of collection.scopeMetrics) scopeMetrics.push(entry);
      }
    }
    return { resource: { attributes: Object.fromEntries(attributes) }, scopeMetrics };
  }

  /** Of each key the first value counts. */
  private addAttributes(merged: Map<string, unknown>, resource: ResourceMetrics['resource'], label: string): void {
    try {
      const { attributes } = resource;
      // As JSON text, since reading a value may throw: then those of the other sources would be lost with it.
      const own = JSON.parse(attributesText(attributes)) as Record<string, unknown>;
      for (const [key, value] of Object.entries(own)) if (!merged.has(key)) merged.set(key, value);
    } catch (error) {
      this.states.warnOnce(
        `resource of ${label}`,
        `The attributes of the resource of ${label} cannot be read and are left out: ${messageOf(error)}`,
      );
    }
  }
}
