/** A page of which some series are written in another way: with their exemplars. All other bytes are those of the page. */
import type { LeftOut } from '../../text/official/left-out';
import type { Output } from '../../text/output';
import type { ShownPage } from '../../text/page-text';
import { Bytes } from '../pages/bytes';

export class ReplacedSeries implements ShownPage {
  private readonly indices: readonly number[];

  /** @param replaced by index on the page */
  constructor(
    private readonly inner: ShownPage,
    private readonly replaced: ReadonlyMap<number, Buffer>,
  ) {
    this.indices = [...replaced.keys()].sort((a, b) => a - b);
  }

  get leftOut(): LeftOut | undefined {
    return this.inner.leftOut;
  }

  lengthOf(from: number, to: number): number {
    let length = this.inner.lengthOf(from, to);
    for (const [index, bytes] of this.within(from, to)) length += bytes.length - this.inner.lengthOf(index, index + 1);
    return length;
  }

  writeTo(out: Output, from: number, to: number): void {
    let next = from;
    for (const [index, bytes] of this.within(from, to)) {
      if (index > next) this.inner.writeTo(out, next, index);
      out.write(bytes, 0, bytes.length);
      next = index + 1;
    }
    if (to > next) this.inner.writeTo(out, next, to);
  }

  private *within(from: number, to: number): Generator<readonly [index: number, bytes: Buffer], void> {
    for (const index of this.indices) if (index >= from && index < to) yield [index, this.replaced.get(index)!];
  }
}

/** The bytes of one series; none if it is left out. */
export function bytesOf(page: ShownPage, index: number): Buffer {
  const bytes = new Bytes();
  const out: Output = {
    write: (source, from, to) => bytes.append(source, from, to),
    lend: (source, from, to) => {
      bytes.append(source, from, to);
      return undefined;
    },
  };
  page.writeTo(out, index, index + 1);
  return bytes.toBuffer();
}
