/** Payloads of the wire form, and how to take them apart and put them together again. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Snapshot } from '../../../core/snapshot';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { WireError } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { counter, encode, histogram, point, series, summary } from '../encoder/collections';

/** One of each kind of series, a family with an order, two pages of one family, exemplars, and a rule of its own. */
export async function sample(): Promise<Snapshot> {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const some = series(3);
  const buckets = { boundaries: [0, 1.5], counts: [1, 2, 3] };
  const half = { offset: -3, bucketCounts: [1, 2, 3] };
  const exponential = { count: 13, sum: 5, scale: 2, zeroCount: 1, positive: half, negative: half };
  const run = (present: readonly object[]): Promise<Snapshot> =>
    encode(
      encoder,
      counter(
        'c',
        present.map((one) => ({ ...point(one as never, 1), exemplars: [{ attributes: { trace: 'x' }, value: 1 }] })),
      ),
      histogram('h', [point({ a: 'ä' }, { buckets, count: 6, sum: 2.5, min: 0, max: 7 })]),
      histogram('e', [point({ b: [1, null] }, exponential)], 1),
      summary('s', [point({ c: '1' }, { count: 3, sum: 4.5, quantiles: [0.5, 0.9], values: [1, 2] })], {
        naming: 'prometheus',
        aggregator: 'omit',
      }),
    );
  await run(some);
  return run([...some.slice(1), ...series(4, 10)]);
}

export function inflated(payload: string): { readonly header: unknown; readonly rest: Buffer } {
  const bytes = inflateRawSync(Buffer.from(payload, 'base64'));
  const length = bytes.readUInt32LE();
  return { header: JSON.parse(bytes.subarray(4, 4 + length).toString()) as unknown, rest: bytes.subarray(4 + length) };
}

export function deflated(header: unknown, rest: Uint8Array): string {
  const head = Buffer.from(JSON.stringify(header) ?? '');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return deflateRawSync(Buffer.concat([length, head, rest])).toString('base64');
}

export interface Header {
  resource: string;
  scopes: { scope: object; families: { pages: number[]; descriptor: { name: string } }[] }[];
  pages: { id: number; bytes: number; size: number; layout: object }[];
}

/** The sample with a header that was changed; the bytes behind it are the same unless `change` returns others. */
export async function altered(change: (header: Header, rest: Buffer) => Buffer | undefined): Promise<string> {
  const { header, rest } = inflated(encodeSnapshot(await sample(), []));
  const other = change(header as Header, rest);
  return deflated(header, other ?? rest);
}

export const malformed = (message: RegExp) => ({ instanceOf: WireError, code: 'MALFORMED', message }) as const;
