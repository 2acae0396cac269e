/**
 * A record: how the state of an app has changed, or a whole state. It has the pages that have come, and the numbers that have
 * changed: the numbers themselves, not differences, so that the last record of a number counts.
 *
 * ```
 * u32 LE bytes of the head | head (JSON) | attributes of its pages | changes of carried, gone, and of runs, as the head says
 * ```
 */
import type { ClusterState } from '../../../protocol/state';
import type { Layout } from '../../../../core/snapshot';
import { ByteWriter } from '../../../../core/wire/numbers';
import { writeChanges } from './columns';
import { familyPages, isSameFamily, offsetsOf, writeLayout, type FamilyHead, type FamilyPage } from './placed-families';
import { grown } from '../series/column-memory';

export interface RecordHead {
  readonly app: string;
  /** Round of the state that the record changes; absent where the record stands for a whole state. */
  readonly from?: number;
  /** All of the state that does not stand elsewhere in the record. */
  readonly state: Omit<ClusterState, 'scopes' | 'carried' | 'gone' | 'runs'>;
  /** The pages that have come, in the order of their numbers, which stand behind those of all pages before. */
  readonly pages: readonly RecordPage[];
  readonly carried: boolean;
  readonly gone: boolean;
  /** All runs of the state. A run without changes has the numbers that it had. */
  readonly runs: readonly RecordRun[];
}

export interface RecordPage {
  readonly id: number;
  readonly size: number;
  readonly layout: Layout;
  /** Bytes of its attributes. */
  readonly bytes: number;
  /** The family, or the id of an earlier page of the same family. */
  readonly family: FamilyHead | number;
}

export interface RecordRun {
  readonly key: string;
  readonly incarnation: string;
  readonly generation: number;
  readonly changes: boolean;
}

/** A change of an app's state. */
export interface StateChange {
  readonly app: string;
  /** The state that the file has; `undefined`: none. */
  readonly from: ClusterState | undefined;
  readonly to: ClusterState;
}

/** @returns the payload of the record, in pieces */
export function writeRecord({ app, from, to }: StateChange): Uint8Array[] {
  const pages = familyPages(to);
  const before = from !== undefined && goesOn(from, to, pages) ? from : undefined;
  const known = before === undefined ? 0 : before.scopes.reduce((sum, { families }) => sum + pageCount(families), 0);
  const added = pages.slice(known);

  const writer = new ByteWriter();
  const numbers = to.carried.length;
  const series = to.gone.length;
  let offsets: Int32Array | undefined;
  const filled = (column: Float64Array = NO_NUMBERS): Float64Array => {
    if (column.length === numbers) return column;
    offsets ??= Int32Array.from(offsetsOf(pages.map(({ placed }) => placed)));
    return grown(column, numbers, offsets, new Float64Array(numbers));
  };
  const write = (was: Float64Array, is: Float64Array): boolean => was !== is && writeChanges(writer, was, is);

  const { scopes: _scopes, carried: _carried, gone: _gone, runs: _runs, ...state } = to;
  const head: RecordHead = {
    app,
    ...(before !== undefined && { from: before.round }),
    state,
    pages: added.map(recordPage),
    carried: write(filled(before?.carried), to.carried),
    gone: to.gone !== before?.gone && write(asNumbers(before?.gone, series), asNumbers(to.gone, series)),
    runs: to.runs.map(({ key, incarnation, generation, last }) => {
      const was = before?.runs.find((run) => run.key === key)?.last;
      const changes = was !== last && write(filled(was), filled(last));
      return { key, incarnation, generation, changes };
    }),
  };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return [length, text, ...added.map(({ placed }) => bytesOf(placed.page.attributes)), writer.finish()];
}

const NO_NUMBERS = new Float64Array();

/** Whether all pages of the state before are there, at the same places and of the same families. */
function goesOn(before: ClusterState, { incarnation }: ClusterState, pages: readonly FamilyPage[]): boolean {
  if (before.incarnation !== incarnation) return false;
  return familyPages(before).every((one, i) => {
    const { placed } = one;
    const now = pages[i];
    if (now?.placed.page.id !== placed.page.id || now.placed.base !== placed.base) return false;
    return one.firstId !== placed.page.id || isSameFamily(one, now);
  });
}

function pageCount(families: ClusterState['scopes'][number]['families']): number {
  return families.reduce((sum, { pages }) => sum + pages.length, 0);
}

function recordPage({ scope, about, placed: { page }, firstId }: FamilyPage): RecordPage {
  const { id, size, layout, attributes } = page;
  return {
    id,
    size,
    layout: writeLayout(layout) as Layout,
    bytes: attributes.length,
    family: id === firstId ? { scope, about } : firstId,
  };
}

function asNumbers(gone: Int32Array | undefined, length: number): Float64Array {
  const numbers = new Float64Array(length);
  if (gone !== undefined) numbers.set(gone);
  return numbers;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
