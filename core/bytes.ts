/** Buffers that grow as they are written. The owner keeps the buffer and how much of it is used. */

/**
 * Makes room behind what is written already. A buffer that is too small is replaced by one of twice the size needed, so
 * that appending n bytes copies fewer than 2n bytes in total, however small the pieces are.
 *
 * @param used bytes that are written, from the beginning of the buffer
 * @param more bytes that are to be written behind them
 * @returns `bytes` if there is room, otherwise a larger buffer that begins with the `used` bytes
 */
export function withRoom(bytes: Buffer<ArrayBuffer>, used: number, more: number): Buffer<ArrayBuffer> {
  const needed = used + more;
  if (needed <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafe(2 * needed);
  larger.set(bytes.subarray(0, used));
  return larger;
}

/** Reads and writes numbers in the same bytes. */
export function dataOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
