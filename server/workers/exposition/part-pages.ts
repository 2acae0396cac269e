/** What is kept of one part in one format: its pages, rendered, and the heads of its families. */
import type { Attributes, Scope } from '../../../core/otel';
import type { Family, Page } from '../../../core/snapshot';
import { targetInfo, type ExtraLabels } from '../text/official';
import type { PageRendering } from '../text/page-text';
import type { Dialect, FamilyHead } from './dialect';
import { officialHead } from './head';
import type { Keepable } from './shelf';

export class PartPages implements Keepable {
  private pages = new Map<number, PageRendering>();
  private used = new Map<number, PageRendering>();
  private heads = new Map<string, FamilyHead | undefined>();
  private usedHeads = new Map<string, FamilyHead | undefined>();
  private info: { readonly resource: string; readonly bytes: Buffer | undefined } | undefined;

  constructor(
    private readonly dialect: Dialect,
    private readonly labels: ExtraLabels,
  ) {}

  get held(): number {
    let held = 0;
    for (const page of this.pages.values()) held += page.held;
    return held;
  }

  /** @returns `undefined` if the family can't be shown */
  head(scope: Scope, family: Family): FamilyHead | undefined {
    const { descriptor, dataPointType, isMonotonic } = family;
    const key = JSON.stringify([scope, descriptor, dataPointType, isMonotonic]);
    let head = this.usedHeads.get(key) ?? this.heads.get(key);
    if (head === undefined) {
      const official = officialHead(scope, family);
      head = official && this.dialect.head(official);
    }
    this.usedHeads.set(key, head);
    return head;
  }

  page(scope: Scope, family: Family, page: Page, head: FamilyHead): PageRendering {
    const { dialect, labels } = this;
    const rendering =
      this.used.get(page.id) ?? this.pages.get(page.id) ?? dialect.page({ scope, family, page, labels, head });
    this.used.set(page.id, rendering);
    return rendering;
  }

  /** Its line of `target_info`; none without attributes. */
  targetInfo(resource: string): Buffer | undefined {
    if (this.info?.resource !== resource) {
      const attributes = JSON.parse(resource) as Attributes;
      const line = (): string => /[^\n]*\n$/.exec(targetInfo(attributes, this.labels))?.[0] ?? '';
      this.info = { resource, bytes: Object.keys(attributes).length === 0 ? undefined : this.dialect.info(line()) };
    }
    return this.info.bytes;
  }

  /** Keeps what the rendering that has ended has used. */
  turn(): void {
    this.pages = this.used;
    this.used = new Map();
    this.heads = this.usedHeads;
    this.usedHeads = new Map();
  }
}
