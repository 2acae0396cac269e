/** Which series of a page are not shown since the format forbids them, and why. */
import { DROP_REASONS, type DropReason } from '../../../protocol/dropped';

const REASONS = Object.keys(DROP_REASONS) as readonly DropReason[];

export class LeftOut {
  /** Whether there is any. */
  any = false;
  /** By series: 0, or the reason's index plus 1. */
  private readonly codes: Uint8Array;

  constructor(size: number) {
    this.codes = new Uint8Array(size);
  }

  clear(): void {
    if (this.any) this.codes.fill(0);
    this.any = false;
  }

  add(index: number, reason: DropReason): void {
    this.codes[index] = REASONS.indexOf(reason) + 1;
    this.any = true;
  }

  reasonOf(index: number): DropReason | undefined {
    return REASONS[this.codes[index]! - 1];
  }

  /** Adds the numbers of series from `from` to `to`, not included, by reason. */
  count(from: number, to: number, numbers: Map<DropReason, number>): void {
    for (let index = from; index < to; index++) {
      const reason = this.reasonOf(index);
      if (reason !== undefined) numbers.set(reason, (numbers.get(reason) ?? 0) + 1);
    }
  }
}
