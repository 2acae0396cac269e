/**
 * Reads the protobuf exposition with a decoder of its own: `io.prometheus.client.MetricFamily` as messages of numbered
 * fields, told apart by their numbers only here. Whatever a scraper could refuse or take wrongly is an error.
 */
import { checkFamilies } from './checked-protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

export interface DecodedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: number;
  readonly unit: string | undefined;
  readonly metrics: readonly DecodedMetric[];
}

export interface DecodedMetric {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly gauge?: number | undefined;
  readonly counter?: number | undefined;
  readonly histogram?: DecodedHistogram | undefined;
}

export interface DecodedHistogram {
  readonly count: number;
  readonly sum: number | undefined;
  readonly buckets: readonly (readonly [bound: number, cumulative: number])[];
  readonly schema: number | undefined;
  readonly zeroThreshold: number | undefined;
  readonly zeroCount: number | undefined;
  readonly spans: { readonly positive: number; readonly negative: number };
  /** Counts by index of the bucket, as far as they are told. */
  readonly positive: ReadonlyMap<number, number>;
  readonly negative: ReadonlyMap<number, number>;
}

/** @throws Error unless all of it is valid */
export function decode(body: Uint8Array): DecodedFamily[] {
  const reader = new BinaryReader(body);
  const families: DecodedFamily[] = [];
  while (reader.pos < reader.len) families.push(family(reader.bytes()));
  checkFamilies(families);
  return families;
}

type Fields = ReadonlyMap<number, readonly unknown[]>;
type Kind = 'string' | 'double' | 'uint64' | 'sint32' | 'uint32' | 'enum' | 'message' | 'sint64';

/** All values of each field; a field that is not in `kinds` is an error. */
function fields(bytes: Uint8Array, kinds: Readonly<Record<number, Kind>>): Fields {
  const reader = new BinaryReader(bytes);
  const found = new Map<number, unknown[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const kind = kinds[number];
    if (kind === undefined) throw new Error(`unexpected field ${number}`);
    const values = found.get(number) ?? [];
    found.set(number, values);
    if (kind === 'sint64' && wireType === WireType.LengthDelimited) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) values.push(Number(reader.sint64()));
    } else values.push(one(reader, kind));
  }
  return found;
}

function one(reader: BinaryReader, kind: Kind): unknown {
  switch (kind) {
    case 'string':
      return reader.string();
    case 'double':
      return reader.double();
    case 'uint64':
      return Number(reader.uint64());
    case 'sint64':
      return Number(reader.sint64());
    case 'sint32':
      return reader.sint32();
    case 'uint32':
      return reader.uint32();
    case 'enum':
      return reader.int32();
    case 'message':
      return reader.bytes();
  }
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the type of its field
function only<T>(of: Fields, number: number): T | undefined {
  const values = of.get(number) ?? [];
  if (values.length > 1) throw new Error(`field ${number} ${values.length} times`);
  return values[0] as T | undefined;
}

function messages(of: Fields, number: number): Uint8Array[] {
  return (of.get(number) ?? []) as Uint8Array[];
}

function family(bytes: Uint8Array): DecodedFamily {
  const of = fields(bytes, { 1: 'string', 2: 'string', 3: 'enum', 4: 'message', 5: 'string' });
  return {
    name: only<string>(of, 1)!,
    help: only<string>(of, 2)!,
    type: only<number>(of, 3)!,
    unit: only(of, 5),
    metrics: messages(of, 4).map(metric),
  };
}

function metric(bytes: Uint8Array): DecodedMetric {
  const of = fields(bytes, { 1: 'message', 2: 'message', 3: 'message', 7: 'message' });
  const value = (number: number): number | undefined => {
    const message = only<Uint8Array>(of, number);
    return message && only(fields(message, { 1: 'double' }), 1);
  };
  const ofHistogram = only<Uint8Array>(of, 7);
  return {
    labels: messages(of, 1).map((pair) => {
      const label = fields(pair, { 1: 'string', 2: 'string' });
      return [only<string>(label, 1)!, only<string>(label, 2)!];
    }),
    gauge: value(2),
    counter: value(3),
    histogram: ofHistogram && histogram(ofHistogram),
  };
}

function histogram(bytes: Uint8Array): DecodedHistogram {
  const of = fields(bytes, {
    ...{ 1: 'uint64', 2: 'double', 3: 'message', 5: 'sint32', 6: 'double', 7: 'uint64' },
    ...{ 9: 'message', 10: 'sint64', 12: 'message', 13: 'sint64' },
  });
  return {
    count: only<number>(of, 1)!,
    sum: only(of, 2),
    buckets: messages(of, 3).map((bucket) => {
      const each = fields(bucket, { 1: 'uint64', 2: 'double' });
      return [only<number>(each, 2)!, only<number>(each, 1)!];
    }),
    schema: only(of, 5),
    zeroThreshold: only(of, 6),
    zeroCount: only(of, 7),
    spans: { positive: messages(of, 12).length, negative: messages(of, 9).length },
    positive: sparse(messages(of, 12), (of.get(13) ?? []) as number[]),
    negative: sparse(messages(of, 9), (of.get(10) ?? []) as number[]),
  };
}

function sparse(spans: readonly Uint8Array[], deltas: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  let index = 0;
  let count = 0;
  let next = 0;
  for (const span of spans) {
    const of = fields(span, { 1: 'sint32', 2: 'uint32' });
    const offset = only<number>(of, 1)!;
    if (next > 0 && offset < 0) throw new Error(`a span ${offset} behind the last one`);
    index += offset;
    for (let i = only<number>(of, 2)!; i > 0; i--) {
      count += deltas[next++]!;
      counts.set(index++, count);
    }
  }
  if (next !== deltas.length) throw new Error(`${deltas.length} deltas for ${next} buckets`);
  return counts;
}
