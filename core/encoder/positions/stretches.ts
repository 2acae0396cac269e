/**
 * The stretches of a family's positions. A stretch is a range of positions in one block whose series stand one behind the
 * other on one page, or are all left out: the offset of the first one tells those of all. Most often it is a page.
 *
 * One of them is the current one. It moves from the first to the last.
 */
import type { HrTime } from '../../otel';
import { ORDER_MASK } from '../../snapshot';
import { BLOCK, BLOCK_MASK, LEFT_OUT, type PositionBlock } from './position-block';

export class Stretches {
  /** Where the stretches end that have been entered so far. */
  private readonly ends: number[] = [];
  /** By stretch: the last generation in which a start time has changed. Older columns do not have all start times. */
  private readonly restarted: number[] = [];
  private current = 0;

  /** Call this before {@link enter}, which goes from the first position to the last. */
  rewind(): void {
    this.current = 0;
  }

  /**
   * Makes the stretch that the position is in the current one.
   * @param block the position's
   * @param length how many positions there are
   * @returns the first position behind the stretch
   */
  enter(position: number, block: PositionBlock, length: number, generation: number): number {
    const { ends } = this;
    while (this.current < ends.length && (ends[this.current] as number) <= position) this.current++;
    if (this.current === ends.length) {
      ends.push(endOf(position, block, length));
      this.restarted.push(generation);
    }
    return ends[this.current] as number;
  }

  /** Whether a column that was written in that generation has all start times of the current stretch. */
  hasStarts(columnGeneration: number): boolean {
    return columnGeneration >= (this.restarted[this.current] as number);
  }

  /** Notes that a start time of the current stretch has changed. */
  noteStart(block: PositionBlock, index: number, startTime: HrTime, generation: number): void {
    block.setStart(index, startTime);
    this.restarted[this.current] = generation;
  }

  /** Forgets the stretches from that position on: nothing that columns hold there is up to date any more. */
  forget(from = 0): void {
    while (this.ends.length > 0 && (this.ends.at(-1) as number) > from) {
      this.ends.pop();
      this.restarted.pop();
    }
  }
}

/** @returns the first position behind the stretch that begins at `from` */
function endOf(from: number, { slots }: PositionBlock, length: number): number {
  const start = from & BLOCK_MASK;
  const end = Math.min(BLOCK, length - from + start);
  const leftOut = slots[start] === LEFT_OUT;
  let at = start + 1;
  for (; at < end; at++) {
    const slot = slots[at] as number;
    if (leftOut ? slot !== LEFT_OUT : slot !== (slots[at - 1] as number) + 1 || (slot & ORDER_MASK) === 0) break;
  }
  return from + at - start;
}
