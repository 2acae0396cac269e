/**
 * Renders snapshots as Prometheus's text format 0.0.4: byte for byte what the official PrometheusSerializer renders
 * for the same data, except where that is not valid. A family that two scopes have gets one HELP and TYPE, and its
 * lines in one group.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { Attributes, Scope } from '../../../core/otel';
import type { Family, Page, PlacedPage, Snapshot } from '../../../core/snapshot';
import { attributesOf } from '../../../core/page-texts';
import { pagesOf } from '../../../core/series';
import { familyHead, hasLines, pageLines, targetInfo } from './official';
import { PageText } from './page-text';
import { spansOf } from './spans';
import type { Output } from './output';

/** What the serializer writes if there are no metrics. */
const NOTHING = Buffer.from('# no registered metrics');

interface Head {
  readonly bytes: Buffer;
  /** Its last line. */
  readonly type: string;
}

/** Families that share HELP and TYPE. */
interface Group {
  readonly head: Buffer;
  readonly members: [family: Family, texts: readonly PageText[]][];
}

export class PrometheusText {
  private incarnation: string | undefined;
  /** By page id. */
  private readonly texts = new Map<number, PageText>();
  /** By the id of the family's first page. */
  private readonly heads = new Map<number, Head>();
  private info: { readonly resource: string; readonly bytes: Buffer } | undefined;

  /** Yields after each page, so that what `out` has got can be taken elsewhere. */
  *writeTo(out: Output, snapshot: Snapshot): Generator<void, void> {
    this.forget(snapshot);
    const groups = this.groups(snapshot);
    write(out, this.targetInfo(snapshot.resource));
    if (groups.length === 0) write(out, NOTHING);
    for (const { head, members } of groups) {
      write(out, head);
      for (const [family, texts] of members) yield* this.writeFamily(out, family, texts, snapshot.values);
    }
  }

  private *writeFamily(
    out: Output,
    { pages, order }: Family,
    texts: readonly PageText[],
    values: Float64Array,
  ): Generator<void, void> {
    const updated = new Set<number>();
    for (const [pageIndex, from, to] of spansOf({ pages, order })) {
      const text = texts[pageIndex] as PageText;
      if (!updated.has(pageIndex)) {
        // Each page only when it is its turn: meanwhile the pages before are on their way.
        this.update(text, pages[pageIndex] as PlacedPage, values);
        updated.add(pageIndex);
      }
      text.writeTo(out, from, to);
      yield;
    }
  }

  private update(text: PageText, { page, base }: PlacedPage, values: Float64Array): void {
    try {
      text.update(values, base);
    } catch (error) {
      // It may be half written: the next rendering makes a new one.
      this.texts.delete(page.id);
      throw error;
    }
  }

  /** Bytes of memory, about. */
  get held(): number {
    let held = 0;
    for (const text of this.texts.values()) held += text.held;
    return held;
  }

  /** All pages are made before the first byte is written: one that cannot be shown must not leave half a text. */
  private groups({ scopes }: Snapshot): Group[] {
    const groups = new Map<string, Group>();
    for (const { scope, families } of scopes) {
      for (const family of families) {
        const { bytes, type } = this.head(scope, family);
        if (bytes.length === 0) continue;
        let group = groups.get(type);
        if (group === undefined) {
          group = { head: bytes, members: [] };
          groups.set(type, group);
        }
        if (!hasLines(family)) continue;
        group.members.push([family, family.pages.map(({ page }) => this.text(scope, family, page))]);
      }
    }
    return [...groups.values()];
  }

  /** Made once: the resource of a process does not change. */
  private targetInfo(resource: string): Buffer {
    if (this.info?.resource !== resource) {
      this.info = { resource, bytes: Buffer.from(targetInfo(JSON.parse(resource) as Attributes)) };
    }
    return this.info.bytes;
  }

  private text(scope: Scope, family: Family, page: Page): PageText {
    let text = this.texts.get(page.id);
    if (text === undefined) {
      text = new PageText(page, pageLines(scope, family, page.layout, attributesOf(page)));
      this.texts.set(page.id, text);
    }
    return text;
  }

  private head(scope: Scope, family: Family): Head {
    const id = family.pages[0]?.page.id;
    let head = id === undefined ? undefined : this.heads.get(id);
    if (head === undefined) {
      head = headOf(familyHead(scope, family));
      if (id !== undefined) this.heads.set(id, head);
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
    for (const known of [this.texts, this.heads]) {
      if (known.size <= pageCount(snapshot)) continue;
      const inUse = new Set<number>();
      for (const page of pagesOf(snapshot)) inUse.add(page.id);
      for (const id of known.keys()) if (!inUse.has(id)) known.delete(id);
    }
  }
}

function pageCount({ scopes }: Snapshot): number {
  let count = 0;
  for (const { families } of scopes) for (const { pages } of families) count += pages.length;
  return count;
}

function write(out: Output, bytes: Buffer): void {
  out.write(bytes, 0, bytes.length);
}

function headOf(text: string): Head {
  return { bytes: Buffer.from(text), type: text.slice(text.lastIndexOf('\n', text.length - 2) + 1) };
}
