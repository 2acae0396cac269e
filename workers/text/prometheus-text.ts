/**
 * Renders snapshots as Prometheus's text format 0.0.4: byte for byte what the official PrometheusSerializer renders
 * for the same data, except where that is not valid. A family that two scopes have gets one HELP and TYPE, and its
 * lines in one group.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { Attributes, Scope } from '../../protocol/otel';
import type { Family, Page, PlacedPage, Snapshot } from '../../protocol/snapshot';
import { pagesOf } from '../series';
import { familyHead, hasLines, pageLines, targetInfo } from './official';
import { PageText, type Output } from './page-text';
import { runsOf } from './runs';

export interface PageAttributes {
  attributes(page: Page): readonly Attributes[];
}

/** What the serializer says where there is no metric at all. */
const NOTHING = Buffer.from('# no registered metrics');

class Group implements Output {
  readonly chunks: Buffer[] = [];

  write(source: Buffer, from: number, to: number): void {
    this.chunks.push(source.subarray(from, to));
  }
}

export class PrometheusText {
  private incarnation: string | undefined;
  private readonly texts = new Map<number, PageText>();
  private readonly heads = new Map<string, string>();
  private info: { readonly resource: string; readonly bytes: Buffer } | undefined;

  constructor(private readonly pages: PageAttributes) {}

  /**
   * The text in pieces, to be used before the next rendering: unchanged parts stay in place, changed ones are
   * written over.
   */
  chunks(snapshot: Snapshot): Buffer[] {
    this.forget(snapshot);
    const groups = new Map<string, Group>();
    for (const { scope, families } of snapshot.scopes) {
      for (const family of families) this.renderFamily(scope, family, snapshot.values, groups);
    }
    const chunks = [this.targetInfo(snapshot.resource)];
    if (groups.size === 0) chunks.push(NOTHING);
    for (const group of groups.values()) chunks.push(...group.chunks);
    return chunks;
  }

  render(snapshot: Snapshot): Buffer {
    return Buffer.concat(this.chunks(snapshot));
  }

  /** Bytes of memory, about. */
  get held(): number {
    let held = 0;
    for (const text of this.texts.values()) held += text.held;
    return held;
  }

  private renderFamily(scope: Scope, family: Family, values: Float64Array, groups: Map<string, Group>): void {
    const head = this.head(scope, family);
    if (head === '') return;
    const type = typeLine(head);
    let group = groups.get(type);
    if (group === undefined) {
      group = new Group();
      group.chunks.push(Buffer.from(head));
      groups.set(type, group);
    }
    if (!hasLines(family)) return;
    for (const { page, base } of family.pages) this.text(scope, family, page).update(values, base);
    for (const [index, from, to] of runsOf(family)) {
      const { page } = family.pages[index] as PlacedPage;
      this.text(scope, family, page).writeTo(group, from, to);
    }
  }

  /** A process's resource stays what it is. */
  private targetInfo(resource: string): Buffer {
    if (this.info?.resource !== resource) {
      this.info = { resource, bytes: Buffer.from(targetInfo(JSON.parse(resource) as Attributes)) };
    }
    return this.info.bytes;
  }

  private text(scope: Scope, family: Family, page: Page): PageText {
    let text = this.texts.get(page.id);
    if (text === undefined) {
      text = new PageText(page, pageLines(scope, family, page.layout, this.pages.attributes(page)));
      this.texts.set(page.id, text);
    }
    return text;
  }

  private head(scope: Scope, family: Family): string {
    const { descriptor, dataPointType, isMonotonic } = family;
    const key = JSON.stringify([scope, descriptor, dataPointType, isMonotonic]);
    let head = this.heads.get(key);
    if (head === undefined) {
      head = familyHead(scope, family);
      this.heads.set(key, head);
    }
    return head;
  }

  private forget(snapshot: Snapshot): void {
    if (snapshot.incarnation !== this.incarnation) {
      this.incarnation = snapshot.incarnation;
      this.texts.clear();
      this.heads.clear();
      return;
    }
    const inUse = new Set<number>();
    for (const page of pagesOf(snapshot)) inUse.add(page.id);
    if (this.texts.size > inUse.size) {
      for (const id of this.texts.keys()) if (!inUse.has(id)) this.texts.delete(id);
    }
  }
}

/** The last line of a family's head. */
function typeLine(head: string): string {
  return head.slice(head.lastIndexOf('\n', head.length - 2) + 1);
}
