/**
 * What waits to be rendered: of each kind one rendering. Responses that come meanwhile join it, and it shows the latest round
 * of all that they have asked for. So however many wait, the next one waits for one rendering of each kind at most.
 */
import type { Rendering } from './rendering';
import { type Sink } from './rendering';

/**
 * Begins a rendering.
 * @returns a function that ends the rendering if it has not ended, and the loan of its chunks
 */
export type Start = (sink: Sink) => Promise<() => void> | (() => void);

export interface Wanted {
  /** The same for all readers of the same thing. */
  readonly key: string;
  /** The same for expositions that differ in their round only: a later one can be shown in place of an earlier one. */
  readonly kind: string;
  readonly round: number;
  readonly gzip: boolean;
  /** Called if a later round is shown in its place. */
  readonly onSkip?: () => void;
}

export interface WaitingRendering {
  readonly plain: Rendering;
  compressed: Rendering | undefined;
  wanted: Wanted;
  start: Start;
}

export class Waiting {
  private readonly byKind = new Map<string, WaitingRendering>();

  /**
   * The rendering of that kind which waits.
   * @param add makes one if there is none
   */
  join(wanted: Wanted, start: Start, add: () => WaitingRendering): WaitingRendering {
    const known = this.byKind.get(wanted.kind);
    if (known === undefined || known.plain.isOver) {
      const added = add();
      this.byKind.set(wanted.kind, added);
      return added;
    }
    if (wanted.key === known.wanted.key) return known;
    if (wanted.round < known.wanted.round) {
      wanted.onSkip?.();
    } else {
      known.wanted.onSkip?.();
      Object.assign(known, { wanted, start });
    }
    return known;
  }

  /** Call this when it begins, or when it has no reader any more. */
  delete(waiting: WaitingRendering): void {
    const { kind } = waiting.wanted;
    if (this.byKind.get(kind) === waiting) this.byKind.delete(kind);
  }
}
