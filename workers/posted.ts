/** Makes the plain snapshot of one that was posted: views of the same memory. */
import { deserialize } from 'node:v8';
import {
  PAGE_BASE,
  PAGE_FIELDS,
  PAGE_ID,
  PAGE_LAYOUT,
  PAGE_SIZE,
  PAGE_TEXT,
  PAGE_TEXT_LENGTH,
  PAGE_TEXT_OFFSET,
  type Catalogue,
  type PostedContents,
  type PostedSnapshot,
} from '../protocol/posted';
import type { Layout, PlacedPage, Snapshot } from '../protocol/snapshot';

export function readPosted({ contents, endTimes, ...rest }: PostedSnapshot): Snapshot {
  const { scopes, layouts, pages: table } = deserialize(contents.catalogue) as Catalogue;
  let families = 0;
  let pages = 0;
  let orders = 0;
  return {
    ...rest,
    scopes: scopes.map(({ scope, families: heads }) => ({
      scope,
      families: heads.map((head) => {
        const time = 2 * families++;
        return {
          ...head,
          endTime: [endTimes[time] as number, endTimes[time + 1] as number],
          pages: Array.from({ length: head.pages }, () => readPage(table, pages++, layouts, contents)),
          order: head.order === undefined ? undefined : contents.orders.subarray(orders, (orders += head.order)),
        };
      }),
    })),
  };
}

function readPage(table: Int32Array, index: number, layouts: readonly Layout[], { texts }: PostedContents): PlacedPage {
  const row = index * PAGE_FIELDS;
  const field = (at: number): number => table[row + at] as number;
  const offset = field(PAGE_TEXT_OFFSET);
  return {
    page: {
      id: field(PAGE_ID),
      layout: layouts[field(PAGE_LAYOUT)] as Layout,
      size: field(PAGE_SIZE),
      attributes: (texts[field(PAGE_TEXT)] as Uint8Array).subarray(offset, offset + field(PAGE_TEXT_LENGTH)),
    },
    base: field(PAGE_BASE),
  };
}
