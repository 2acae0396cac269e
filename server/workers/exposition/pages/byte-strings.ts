/** Many short strings of bytes in one buffer, such as one per series of a page. */
import { Bytes } from './bytes';

export class ByteStrings {
  private readonly bytes: Buffer;
  private readonly ends: Uint32Array;

  /** @param write appends the string of that index */
  constructor(
    readonly length: number,
    write: (out: Bytes, index: number) => void,
  ) {
    const out = new Bytes();
    this.ends = new Uint32Array(length);
    for (let index = 0; index < length; index++) {
      write(out, index);
      this.ends[index] = out.length;
    }
    this.bytes = out.toBuffer();
  }

  static ofTexts(texts: readonly string[]): ByteStrings {
    return new ByteStrings(texts.length, (out, index) => out.utf8(texts[index] as string));
  }

  get held(): number {
    return this.bytes.length + this.ends.byteLength;
  }

  appendTo(out: Bytes, index: number): void {
    out.append(this.bytes, index === 0 ? 0 : this.ends[index - 1], this.ends[index]);
  }
}
