/** One piece of shared memory for many arrays: a piece for each would cost more than the few bytes in it. */
export class SharedPiece {
  private readonly memory: SharedArrayBuffer;
  private used = 0;

  constructor(bytes: number) {
    this.memory = new SharedArrayBuffer(bytes);
  }

  bytes(length: number): Uint8Array {
    this.used += length;
    return new Uint8Array(this.memory, this.used - length, length);
  }

  int32(length: number): Int32Array {
    const { buffer, byteOffset } = this.bytes(length * Int32Array.BYTES_PER_ELEMENT);
    return new Int32Array(buffer, byteOffset, length);
  }
}
