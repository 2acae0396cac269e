/**
 * Renders labelled snapshots of many processes as one exposition, in the format that the scraper wants.
 *
 * ```
 * snapshots ── groupFamilies ──▶ groups, by name ──▶ opening, pages of each member, …, ending ──▶ chunks
 *                                                              │
 *                       kept between renderings: RenderedPages ┴─ Dialect: text, OpenMetrics, protobuf
 * ```
 */
import type { Format, LabelledSnapshot, RenderTask } from '../../protocol/render';
import type { Dropped, DropReason } from '../../protocol/dropped';
import { seriesCount } from '../../../core/series';
import type { Family, Snapshot } from '../../../core/snapshot';
import { messageOf } from '../../../core/values';
import type { ShownPage } from '../text/page-text';
import { PrometheusText } from './instance/prometheus-text';
import { spansOf } from '../text/spans';
import { areAllVerbatim } from '../text/official/verbatim';
import { regular } from '../numbers/regular';
import { Chunks, type Chunk } from './chunks';
import type { Dialect, ShownHead } from './dialect/dialect';
import { distinctGroup } from './distinct-group';
import { exemplarsByPage } from './exemplars/shown-exemplars';
import { cannotBeShown, groupFamilies, type Group, type Member, type Source } from './groups';
import { targetHead } from './dialect/head';
import { OpenMetricsDialect } from './openmetrics/dialect';
import { ProtobufDialect } from './protobuf/dialect';
import { RenderedPages } from './kept/rendered-pages';
import { Report } from '../report';
import { RenderingCache, type CacheLimits } from './kept/rendering-cache';
import { TextDialect } from './text/dialect';

export interface Rendered {
  /** Sentences for the log: what was left out, and why. The same ones for the same snapshots. */
  readonly warnings: readonly string[];
  /** What was left out, counted; empty for the text of one instance. */
  readonly dropped: readonly Dropped[];
}

export type Rendering = Generator<Chunk, Rendered, undefined>;

/** Without a loan, all bytes are copied into chunks which the receiver owns. */
export type RenderRequest = Pick<RenderTask, 'view' | 'snapshots' | 'format'> & Partial<Pick<RenderTask, 'loan'>>;

/** Nearly always longer than the time between two scrapes. */
const LIMITS: CacheLimits = { idleMs: 5 * 60_000, bytes: 256 * 1024 * 1024 };

export class Exposition {
  private readonly cache: RenderingCache;
  private readonly dialects: Readonly<Record<Format, Dialect>>;
  private readonly target = targetHead();
  private busy = false;

  constructor(limits = LIMITS, now = (): number => performance.now()) {
    this.cache = new RenderingCache(limits, now);
    this.dialects = {
      text: new TextDialect(),
      openmetrics: new OpenMetricsDialect(),
      protobuf: new ProtobufDialect(),
    };
  }

  /**
   * One at a time, since pages are brought up to date in place: run the generator to its end, or end it by its `return()`,
   * before the next one begins.
   *
   * @throws Error if the last one has not ended
   */
  *render({ view, snapshots, format, loan }: RenderRequest): Rendering {
    if (this.busy) throw new Error('The last rendering has not ended.');
    this.busy = true;
    try {
      const chunks = new Chunks(loan);
      const [first] = snapshots;
      if (view === 'instance' && format === 'text' && first !== undefined) {
        return yield* this.renderAsOfficial(first, chunks);
      }
      return yield* this.renderAll(snapshots, format, chunks);
    } finally {
      this.cache.endExposition();
      this.busy = false;
    }
  }

  /** Byte for byte what the official serializer renders, except where that is invalid. */
  private *renderAsOfficial({ snapshot }: LabelledSnapshot, chunks: Chunks): Rendering {
    const key = JSON.stringify(['instance', snapshot.incarnation]);
    const text = this.cache.use(key, () => new PrometheusText());
    const warnings = new Set<string>();
    const writing = text.writeTo(chunks, snapshot, (sentence) => warnings.add(sentence));
    while (writing.next().done !== true) yield* chunks.take();
    yield* chunks.end();
    return { warnings: [...warnings], dropped: [] };
  }

  private *renderAll(snapshots: readonly LabelledSnapshot[], format: Format, chunks: Chunks): Rendering {
    const dialect = this.dialects[format];
    const report = new Report();
    const sources = snapshots.flatMap((one) => this.sourceOf(one, format, report));
    const target = dialect.head(this.target);
    // Snapshots of one incarnation with the same labels share their pages.
    const distinct = new Map(sources.map(({ snapshot, pages }) => [pages, snapshot]));
    const infos = Array.from(distinct, ([pages, snapshot]) => targetInfo(pages, snapshot, report)).flat();
    if (infos.length > 0) writeTargetInfo(chunks, dialect, target, infos);
    const reserved = infos.length > 0 ? target.claims : [];
    for (const group of groupFamilies(sources, reserved, report)) {
      yield* writeGroup(chunks, dialect, distinctGroup(group, report), report);
    }
    for (const pages of distinct.keys()) pages.endRendering();
    chunks.write(dialect.ending);
    yield* chunks.end();
    return { warnings: report.warnings, dropped: report.dropped };
  }

  /** @returns none if nothing of the process can be shown */
  private sourceOf(
    { snapshot: collected, labels, startedAt = 0 }: LabelledSnapshot,
    format: Format,
    report: Report,
  ): Source[] {
    try {
      const snapshot = regular(collected);
      const key = JSON.stringify([format, snapshot.incarnation, labels]);
      const pages = this.cache.use(key, () => new RenderedPages(this.dialects[format], labels));
      return [{ snapshot, pages, startedAt }];
    } catch (error) {
      const sentence = `One process is left out, since its metrics cannot be read: ${messageOf(error)}`;
      report.leaveOut({ labels }, 'error', collected.stats.series, sentence);
      return [];
    }
  }
}

function targetInfo(pages: RenderedPages, { resource, scopes }: Snapshot, report: Report): Buffer[] {
  try {
    if (areAllVerbatim(scopes)) return [];
    return [pages.targetInfo(resource) ?? []].flat();
  } catch (error) {
    report.leaveOut(pages, 'error', 1, cannotBeShown('target_info', error));
    return [];
  }
}

function writeTargetInfo(chunks: Chunks, dialect: Dialect, head: ShownHead, infos: readonly Buffer[]): void {
  const lines = Buffer.concat(infos);
  chunks.write(dialect.opening(head, lines.length));
  chunks.write(lines);
}

/** A family of one process, brought up to date. */
interface Updated {
  readonly family: Family;
  readonly pages: readonly ShownPage[];
  /** Of the series that are shown, in bytes. */
  readonly length: number;
}

function* writeGroup(
  chunks: Chunks,
  dialect: Dialect,
  { head, members }: Group,
  report: Report,
): Generator<Chunk, void> {
  const updated = members.flatMap((member) => {
    try {
      return update(member, head, report);
    } catch (error) {
      // The numbers of one process must not prevent the others from being shown.
      const { family, pages } = member;
      report.leaveOut(pages, 'error', seriesCount(family), cannotBeShown(head.official.name, error));
      return [];
    }
  });
  const length = updated.reduce((sum, one) => sum + one.length, 0);
  if (length === 0) return;
  chunks.write(dialect.opening(head, length));
  for (const { family, pages } of updated) {
    for (const [index, from, to] of spansOf(family)) {
      (pages[index] as ShownPage).writeTo(chunks, from, to);
      yield* chunks.take();
    }
  }
}

function update({ pages, values, scope, family }: Member, head: ShownHead, report: Report): Updated {
  const exemplars = exemplarsByPage(family);
  const leftOut = new Map<DropReason, number>();
  const updated = family.pages.map((placed, index): ShownPage => {
    const page = pages.updatedPage({ scope, family, head }, placed, values);
    const some = exemplars?.get(index);
    if (some === undefined) return page;
    const shown = pages.withExemplars({ scope, family, head }, placed, values, page, some);
    if (shown.leftOut > 0) leftOut.set('exemplar', shown.leftOut + (leftOut.get('exemplar') ?? 0));
    return shown.page;
  });
  let length = 0;
  for (const [index, from, to] of spansOf(family)) {
    const page = updated[index] as ShownPage;
    length += page.lengthOf(from, to);
    if (page.leftOut?.any === true) page.leftOut.count(from, to, leftOut);
  }
  for (const [reason, series] of leftOut) report.leaveOutOf(head.official.name, pages, reason, series);
  return { family, pages: updated, length };
}
