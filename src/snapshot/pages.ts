/** Writes pages: the attribute texts of new series, once, into shared memory. */
import type { Layout, Page } from '../../protocol/snapshot';

export function writePage(id: number, layout: Layout, texts: readonly string[]): Page {
  const text = `${texts.join('\n')}\n`;
  const bytes = Buffer.from(new SharedArrayBuffer(Buffer.byteLength(text)));
  bytes.write(text);
  return { id, layout, size: texts.length, attributes: new Uint8Array(bytes.buffer) };
}

export function readPage(page: Page): string[] {
  const { buffer, byteOffset, byteLength } = page.attributes;
  const texts = Buffer.from(buffer, byteOffset, byteLength).toString('utf8').split('\n');
  texts.pop();
  return texts;
}

/** The order entries in shared memory, where they are written once. */
export function writeOrder(slots: Int32Array): Int32Array {
  const order = new Int32Array(new SharedArrayBuffer(slots.byteLength));
  order.set(slots);
  return order;
}
