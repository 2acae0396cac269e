/** Orders of families, in shared memory. */

export function toShared(order: readonly number[]): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(order.length * Int32Array.BYTES_PER_ELEMENT));
  shared.set(order);
  return shared;
}
