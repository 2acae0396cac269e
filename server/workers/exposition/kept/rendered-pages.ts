/** What is kept of one labelled snapshot in one format: its pages, rendered, and the heads of its families. */
import type { ExtraLabels } from '../../../protocol/labels';
import type { SeriesExemplar } from '../../../../core/exemplars';
import type { Attributes, Scope } from '../../../../core/otel';
import type { Family, PlacedPage } from '../../../../core/snapshot';
import { heldPage, isOf, type HeldPage } from '../../text/held-page';
import { targetInfo } from '../../text/official/official';
import type { PageRendering } from '../../text/page-text';
import type { Dialect, ShownHead, WithExemplars } from '../dialect/dialect';
import type { FamilyIdentity } from '../distinct/family-identity';
import { officialHead } from '../dialect/head';
import { Kept } from './kept';
import type { CachedRendering } from './rendering-cache';

export class RenderedPages implements CachedRendering {
  /** By page id. */
  private readonly pages = new Kept<number, HeldPage>();
  /** By what the head says of the family; `undefined` for a family that cannot be shown. */
  private readonly heads = new Kept<string, ShownHead | undefined>();
  /** By group: which series of it are one. */
  readonly identities = new Kept<string, FamilyIdentity>();
  /** A text for the labels. */
  readonly space: string;
  private info: { readonly resource: string; readonly bytes: Buffer | undefined } | undefined;

  constructor(
    private readonly dialect: Dialect,
    /** Labels that all series get. */
    readonly labels: ExtraLabels,
  ) {
    this.space = JSON.stringify(labels);
  }

  get held(): number {
    let held = 0;
    for (const { rendering } of this.pages.values()) held += rendering.held;
    return held;
  }

  /** @returns `undefined` if the family cannot be shown */
  head(scope: Scope, family: Family): ShownHead | undefined {
    const { descriptor, dataPointType, isMonotonic } = family;
    const key = JSON.stringify([scope, descriptor, dataPointType, isMonotonic]);
    return this.heads.get(key, () => {
      const official = officialHead(scope, family);
      return official && this.dialect.head(official);
    });
  }

  /** The page, rendered with the numbers of `values`. */
  updatedPage(
    { scope, family, head }: { readonly scope: Scope; readonly family: Family; readonly head: ShownHead },
    { page, base }: PlacedPage,
    values: Float64Array,
  ): PageRendering {
    const { dialect, labels } = this;
    const make = (): HeldPage => heldPage(scope, family, page, dialect.page({ scope, family, page, labels, head }));
    let held = this.pages.get(page.id, make);
    if (!isOf(held, scope, family, page)) {
      this.pages.forget(page.id);
      held = this.pages.get(page.id, make);
    }
    const { rendering } = held;
    try {
      rendering.update(values, base);
    } catch (error) {
      // It may be half written: the next rendering makes a new one.
      this.pages.forget(page.id);
      throw error;
    }
    return rendering;
  }

  /** A page that is up to date, with exemplars as far as the format has them. */
  withExemplars(
    { scope, family, head }: { readonly scope: Scope; readonly family: Family; readonly head: ShownHead },
    { page, base }: PlacedPage,
    values: Float64Array,
    rendering: PageRendering,
    exemplars: readonly SeriesExemplar[],
  ): WithExemplars {
    const { dialect, labels } = this;
    const source = { scope, family, page, labels, head };
    return dialect.withExemplars?.(source, rendering, exemplars, values, base) ?? { page: rendering, leftOut: 0 };
  }

  /** The line of `target_info`; `undefined` if the resource has no attributes. */
  targetInfo(resource: string): Buffer | undefined {
    if (this.info?.resource !== resource) {
      const attributes = JSON.parse(resource) as Attributes;
      const line = (): string => /[^\n]*\n$/.exec(targetInfo(attributes, this.labels))?.[0] ?? '';
      this.info = { resource, bytes: Object.keys(attributes).length === 0 ? undefined : this.dialect.info(line()) };
    }
    return this.info.bytes;
  }

  /** Forgets what the rendering that has ended has not used. */
  endRendering(): void {
    this.pages.endRendering();
    this.heads.endRendering();
    this.identities.endRendering();
  }
}
