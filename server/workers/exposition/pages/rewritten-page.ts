/** A page whose series change their lengths: all of it is written anew when one of its numbers has changed. */
import { strideOf, type Page } from '../../../../core/snapshot';
import type { DropReason } from '../../../protocol/dropped';
import { LeftOut } from '../../text/official/left-out';
import type { PageRendering } from '../../text/page-text';
import type { Output } from '../../text/output';
import { Bytes } from './bytes';

export abstract class RewrittenPage implements PageRendering {
  readonly leftOut: LeftOut;
  protected readonly out = new Bytes();
  private readonly starts: Uint32Array;
  private readonly stride: number;
  private shown: Float64Array | undefined;

  protected constructor(private readonly page: Page) {
    this.leftOut = new LeftOut(page.size);
    this.starts = new Uint32Array(page.size + 1);
    this.stride = strideOf(page.layout);
  }

  get held(): number {
    return this.out.buffer.length + (this.shown?.byteLength ?? 0) + this.starts.byteLength;
  }

  lengthOf(from: number, to: number): number {
    return (this.starts[to] as number) - (this.starts[from] as number);
  }

  writeTo(out: Output, from: number, to: number): void {
    out.write(this.out.buffer, this.starts[from] as number, this.starts[to] as number);
  }

  update(values: Float64Array, base: number): void {
    const numbers = values.subarray(base, base + this.page.size * this.stride);
    if (this.shown !== undefined && same(this.shown, numbers)) return;
    this.out.clear();
    this.leftOut.clear();
    for (let index = 0; index < this.page.size; index++) {
      const reason = this.write(index, numbers, index * this.stride);
      if (reason !== undefined) this.leftOut.add(index, reason);
      this.starts[index + 1] = this.out.length;
    }
    if (this.shown === undefined) this.shown = numbers.slice();
    else this.shown.set(numbers);
  }

  /** Writes a series to `out`. @returns why the format forbids it, or its sum: that is not written */
  protected abstract write(index: number, numbers: Float64Array, offset: number): DropReason | undefined;
}

function same(before: Float64Array, after: Float64Array): boolean {
  for (let i = 0; i < before.length; i++) {
    const a = before[i] as number;
    const b = after[i] as number;
    if (a !== b && (a === a || b === b)) return false;
  }
  return true;
}
