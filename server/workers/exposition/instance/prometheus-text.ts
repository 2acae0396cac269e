/**
 * Renders snapshots as Prometheus's text format 0.0.4: byte for byte what the official PrometheusSerializer renders
 * for the same data, except where that is not valid. There it follows the rules of all other views: a family gets one HELP
 * and TYPE and its lines in one group, each series is there once, and of metrics that cannot be shown together the first stays.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { Attributes, Scope } from '../../../../core/otel';
import type { Family, Page, PlacedPage, Snapshot } from '../../../../core/snapshot';
import { attributesOf } from '../../../../core/page-texts';
import { pagesOf } from '../../../../core/series';
import { messageOf } from '../../../../core/values';
import type { DropReason } from '../../../protocol/dropped';
import { regular } from '../../numbers/regular';
import { leftOutSentence } from '../../report';
import { forbiddenHistograms } from '../../text/official/forbidden';
import { heldPage, isOf, type HeldPage } from '../../text/held-page';
import type { LeftOut } from '../../text/official/left-out';
import { OfficialLayout, type TextMember, type Warn } from './official-layout';
import { pageLines, targetInfo } from '../../text/official/official';
import { PageText } from '../../text/page-text';
import { spansOf } from '../../text/spans';
import type { Output } from '../../text/output';
import { areAllVerbatim } from '../../text/official/verbatim';

interface FamilyTexts {
  /** In Prometheus. */
  readonly name: string;
  readonly family: Family;
  readonly values: Float64Array;
  /** By page. */
  readonly texts: readonly PageText[];
}

/** What the serializer writes if there are no metrics, but with the end of the line, without which parsers refuse it. */
const NOTHING = Buffer.from('# no registered metrics\n');

export class PrometheusText {
  private incarnation: string | undefined;
  /** By page id. */
  private readonly texts = new Map<number, HeldPage<PageText>>();
  private readonly layout = new OfficialLayout();
  private info: { readonly resource: string; readonly bytes: Buffer } | undefined;

  /**
   * Yields after each page, so that what `out` has got can be taken elsewhere.
   *
   * @param warn gets a sentence for what is left out, and for series that are joined
   */
  *writeTo(out: Output, collected: Snapshot, warn: Warn): Generator<void, void> {
    const snapshot = regular(collected);
    this.forget(snapshot);
    const groups = this.layout.groupsOf(snapshot, warn);
    // All pages are made before the first byte is written: one that cannot be shown must not leave half a text.
    const shown = groups.map(({ name, head, members }) => ({
      head,
      members: members.flatMap((member) => this.withTexts(name, member, warn)),
    }));
    if (!areAllVerbatim(snapshot.scopes)) write(out, this.targetInfo(snapshot.resource));
    if (shown.length === 0) write(out, NOTHING);
    for (const { head, members } of shown) {
      write(out, head);
      for (const member of members) yield* this.writeFamily(out, member, warn);
    }
  }

  /** @returns none if the family cannot be shown */
  private withTexts(name: string, { scope, family, values }: TextMember, warn: Warn): FamilyTexts[] {
    try {
      const texts = family.pages.map(({ page }) => this.text(scope, family, page));
      // An order that is not valid must show before the first byte is written too.
      Array.from(spansOf(family));
      return [{ name, family, values, texts }];
    } catch (error) {
      warn(cannotBeShown(family, error));
      return [];
    }
  }

  private *writeFamily(out: Output, { name, family, texts, values }: FamilyTexts, warn: Warn): Generator<void, void> {
    const { pages } = family;
    /** By index of the page: whether it can be shown. */
    const updated = new Map<number, boolean>();
    for (const [pageIndex, from, to] of spansOf(family)) {
      const text = texts[pageIndex] as PageText;
      // Each page only when it is its turn: meanwhile the pages before are on their way.
      const isShown = updated.get(pageIndex) ?? this.update(text, pages[pageIndex] as PlacedPage, values, family, warn);
      updated.set(pageIndex, isShown);
      if (!isShown) continue;
      if (text.leftOut?.any === true) warnOfForbidden(name, text.leftOut, from, to, warn);
      text.writeTo(out, from, to);
      yield;
    }
  }

  /** @returns whether it can be shown */
  private update(
    text: PageText,
    { page, base }: PlacedPage,
    values: Float64Array,
    family: Family,
    warn: Warn,
  ): boolean {
    try {
      text.update(values, base);
      return true;
    } catch (error) {
      // It may be half written: the next rendering makes a new one.
      this.texts.delete(page.id);
      warn(cannotBeShown(family, error));
      return false;
    }
  }

  /** Bytes of memory, about. */
  get held(): number {
    let held = 0;
    for (const { rendering } of this.texts.values()) held += rendering.held;
    return held;
  }

  /** Made once: the resource of a process does not change. */
  private targetInfo(resource: string): Buffer {
    if (this.info?.resource !== resource) {
      this.info = { resource, bytes: Buffer.from(targetInfo(JSON.parse(resource) as Attributes)) };
    }
    return this.info.bytes;
  }

  private text(scope: Scope, family: Family, page: Page): PageText {
    const held = this.texts.get(page.id);
    if (held !== undefined && isOf(held, scope, family, page)) return held.rendering;
    const { layout } = page;
    const lines = pageLines(scope, family, layout, attributesOf(page));
    const text = new PageText(
      page,
      lines,
      layout.kind === 'histogram' ? { forbidden: forbiddenHistograms(layout, false) } : {},
    );
    this.texts.set(page.id, heldPage(scope, family, page, text));
    return text;
  }

  private forget(snapshot: Snapshot): void {
    if (snapshot.incarnation !== this.incarnation) {
      this.incarnation = snapshot.incarnation;
      this.texts.clear();
      return;
    }
    if (this.texts.size <= pageCount(snapshot)) return;
    const inUse = new Set<number>();
    for (const page of pagesOf(snapshot)) inUse.add(page.id);
    for (const id of this.texts.keys()) if (!inUse.has(id)) this.texts.delete(id);
  }
}

function cannotBeShown({ descriptor }: Family, error: unknown): string {
  return `Metric ${descriptor.name} is left out, since it cannot be rendered: ${messageOf(error)}`;
}

/** The same sentences as of all other views. */
function warnOfForbidden(name: string, leftOut: LeftOut, from: number, to: number, warn: Warn): void {
  const numbers = new Map<DropReason, number>();
  leftOut.count(from, to, numbers);
  for (const reason of numbers.keys()) warn(leftOutSentence(name, reason));
}

function pageCount({ scopes }: Snapshot): number {
  let count = 0;
  for (const { families } of scopes) for (const { pages } of families) count += pages.length;
  return count;
}

function write(out: Output, bytes: Buffer): void {
  out.write(bytes, 0, bytes.length);
}
