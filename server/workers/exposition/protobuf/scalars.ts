/** Counters and gauges: an update overwrites the eight bytes of each number in place. */
import { dataOf } from '../../../../core/bytes';
import { SCALAR_STRIDE, SCALAR_VALUE } from '../../../../core/snapshot';
import type { PageRendering } from '../../text/page-text';
import type { Output } from '../../text/output';
import { Bytes } from '../pages/bytes';
import type { ByteStrings } from '../pages/byte-strings';
import { FAMILY, METRIC, VALUE, bytesTag, doubleTag } from './schema';

const DOUBLE_BYTES = 8;
/** What a series ends with: the tag, the length and the value of its counter or gauge. */
export const COUNTER_BYTES = 2 + 1 + DOUBLE_BYTES;

export class ScalarPage implements PageRendering {
  readonly bytes: Buffer;
  private readonly ends: Uint32Array;
  private readonly data: DataView;

  constructor(labels: ByteStrings, counter: boolean) {
    const out = new Bytes();
    const metric = new Bytes();
    const value = new Bytes();
    value.byte(doubleTag(VALUE));
    value.double(0);
    this.ends = new Uint32Array(labels.length);
    for (let i = 0; i < labels.length; i++) {
      metric.clear();
      labels.appendTo(metric, i);
      metric.message(bytesTag(counter ? METRIC.counter : METRIC.gauge), value);
      out.message(bytesTag(FAMILY.metric), metric);
      this.ends[i] = out.length;
    }
    this.bytes = out.toBuffer();
    this.data = dataOf(this.bytes);
  }

  get held(): number {
    return this.bytes.length + this.ends.byteLength;
  }

  lengthOf(from: number, to: number): number {
    return this.startOf(to) - this.startOf(from);
  }

  writeTo(out: Output, from: number, to: number): void {
    out.write(this.bytes, this.startOf(from), this.startOf(to));
  }

  update(values: Float64Array, base: number): void {
    const { data, ends } = this;
    for (let i = 0, at = base + SCALAR_VALUE; i < ends.length; i++, at += SCALAR_STRIDE) {
      data.setFloat64((ends[i] as number) - DOUBLE_BYTES, values[at] as number, true);
    }
  }

  private startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] as number);
  }
}
