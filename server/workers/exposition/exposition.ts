/**
 * Renders snapshots of many processes as one exposition, in the format that the scraper wants.
 *
 * ```
 * parts ── groupFamilies ──▶ groups, by name ──▶ opening, pages of each member, …, ending ──▶ chunks
 *                                                          │
 *                       kept from rendering to rendering: PartPages ── Dialect: text, OpenMetrics, protobuf
 * ```
 */
import type { Format, Part, RenderTask } from '../../protocol/tasks';
import type { PageRendering } from '../text/page-text';
import { PrometheusText } from '../text/prometheus-text';
import { runsOf } from '../text/runs';
import { Chunks, type Chunk } from './chunks';
import type { Dialect, FamilyHead } from './dialect';
import { groupFamilies, type Group, type Member, type PartWithPages, type Warn } from './groups';
import { targetHead } from './head';
import { OpenMetricsDialect } from './openmetrics';
import { PartPages } from './part-pages';
import { ProtobufDialect } from './protobuf/dialect';
import { Shelf, type ShelfLimits } from './shelf';
import { TextDialect } from './text';

export interface Rendered {
  readonly bytes: number;
  /** Sentences for the log: what was left out, and why. The same for the same parts. */
  readonly warnings: readonly string[];
}

export type Rendering = Generator<Chunk, Rendered, undefined>;

/** Without a loan, all chunks have buffers of their own. */
export type RenderRequest = Pick<RenderTask, 'view' | 'parts' | 'format'> & Partial<Pick<RenderTask, 'loan'>>;

/** Longer than the time between two scrapes, as a rule. */
const LIMITS: ShelfLimits = { idleMs: 5 * 60_000, bytes: 256 * 1024 * 1024 };

export class Exposition {
  private readonly shelf: Shelf;
  private readonly dialects: Readonly<Record<Format, Dialect>>;
  private readonly target = targetHead();
  private busy = false;

  constructor(limits = LIMITS, now = (): number => performance.now()) {
    this.shelf = new Shelf(limits, now);
    this.dialects = {
      text: new TextDialect(),
      openmetrics: new OpenMetricsDialect(),
      protobuf: new ProtobufDialect(),
    };
  }

  /**
   * One at a time, since pages are brought up to date in place: it has to be run to its end, or to be ended by its
   * `return()`, before the next one begins.
   */
  *render({ view, parts, format, loan }: RenderRequest): Rendering {
    if (this.busy) throw new Error('The last rendering has not ended.');
    this.busy = true;
    try {
      const [part] = parts;
      if (view === 'instance' && format === 'text' && part !== undefined)
        return yield* this.asOfficial(part, new Chunks(loan));
      return yield* this.renderParts(parts, format, new Chunks(loan));
    } finally {
      this.shelf.tidy();
      this.busy = false;
    }
  }

  /** Byte for byte what the official serializer renders, unless that is invalid. */
  private *asOfficial({ snapshot }: Part, chunks: Chunks): Rendering {
    const key = JSON.stringify(['instance', snapshot.incarnation]);
    const text = this.shelf.use(key, () => new PrometheusText());
    const writing = text.writeTo(chunks, snapshot);
    while (writing.next().done !== true) yield* chunks.take();
    yield* chunks.end();
    return { bytes: chunks.bytes, warnings: [] };
  }

  private *renderParts(parts: readonly Part[], format: Format, chunks: Chunks): Rendering {
    const dialect = this.dialects[format];
    const warnings = new Set<string>();
    const known = parts.map((part): PartWithPages => {
      const key = JSON.stringify([format, part.snapshot.incarnation, part.labels]);
      return [part, this.shelf.use(key, () => new PartPages(dialect, part.labels))];
    });
    const target = dialect.head(this.target);
    // Parts may share an incarnation, and then what is kept of it.
    const distinct = new Map(known.map(([{ snapshot }, pages]) => [pages, snapshot]));
    const infos = Array.from(distinct, ([pages, { resource }]) => pages.targetInfo(resource) ?? []).flat();
    if (infos.length > 0) writeTargetInfo(chunks, dialect, target, infos);
    const reserved = infos.length > 0 ? target.claims : [];
    const warn: Warn = (sentence) => warnings.add(sentence);
    for (const group of groupFamilies(known, reserved, warn)) yield* writeGroup(chunks, dialect, group, warn);
    for (const pages of distinct.keys()) pages.turn();
    chunks.write(dialect.ending);
    yield* chunks.end();
    return { bytes: chunks.bytes, warnings: [...warnings] };
  }
}

function writeTargetInfo(chunks: Chunks, dialect: Dialect, head: FamilyHead, infos: readonly Buffer[]): void {
  const lines = Buffer.concat(infos);
  chunks.write(dialect.opening(head, lines.length));
  chunks.write(lines);
}

function* writeGroup(chunks: Chunks, dialect: Dialect, { head, members }: Group, warn: Warn): Generator<Chunk, void> {
  const updated = members.flatMap((member) => {
    try {
      return { family: member.family, pages: update(member, head, warn) };
    } catch (error) {
      // What one process has sent must not keep the others from being shown.
      warn(`Metric ${head.official.name} is left out for one process: ${String(error)}`);
      return [];
    }
  });
  let length = 0;
  for (const { family, pages } of updated) {
    for (const [index, from, to] of runsOf(family)) {
      length += (pages[index] as PageRendering).lengthOf(from, to);
    }
  }
  if (length === 0) return;
  chunks.write(dialect.opening(head, length));
  for (const { family, pages } of updated) {
    for (const [index, from, to] of runsOf(family)) {
      (pages[index] as PageRendering).writeTo(chunks, from, to);
      yield* chunks.take();
    }
  }
}

function update({ pages, values, scope, family }: Member, head: FamilyHead, warn: Warn): PageRendering[] {
  return family.pages.map(({ page, base }) => {
    const rendering = pages.page(scope, family, page, head);
    rendering.update(values, base);
    if (rendering.problem !== undefined) warn(`Metric ${head.official.name}: ${rendering.problem}`);
    return rendering;
  });
}
