/**
 * Reads the protobuf exposition with a decoder of its own: `io.prometheus.client.MetricFamily` as messages of numbered
 * fields, told apart by their numbers only here. Whatever a scraper could refuse or take wrongly is an error.
 */
import { checkFamilies } from './checked-protobuf';
import type { DecodedExemplar, DecodedFamily, DecodedHistogram, DecodedMetric, DecodedSummary } from './decoded-family';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

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
  const of = fields(bytes, { 1: 'message', 2: 'message', 3: 'message', 4: 'message', 7: 'message' });
  const [ofGauge, ofCounter, ofSummary, ofHistogram] = [2, 3, 4, 7].map((field) => only<Uint8Array>(of, field));
  const counter = ofCounter && fields(ofCounter, { 1: 'double', 2: 'message' });
  const [exemplarBytes] = counter === undefined ? [] : messages(counter, 2);
  return {
    labels: messages(of, 1).map(label),
    gauge: ofGauge && only(fields(ofGauge, { 1: 'double' }), 1),
    counter: counter && only(counter, 1),
    ...(exemplarBytes && { exemplar: exemplar(exemplarBytes) }),
    ...(ofSummary && { summary: summary(ofSummary) }),
    histogram: ofHistogram && histogram(ofHistogram),
  };
}

function label(bytes: Uint8Array): [name: string, value: string] {
  const of = fields(bytes, { 1: 'string', 2: 'string' });
  return [only<string>(of, 1)!, only<string>(of, 2)!];
}

function summary(bytes: Uint8Array): DecodedSummary {
  const of = fields(bytes, { 1: 'uint64', 2: 'double', 3: 'message' });
  const quantiles = messages(of, 3).map((each) => {
    const one = fields(each, { 1: 'double', 2: 'double' });
    return [only<number>(one, 1)!, only<number>(one, 2)!] as const;
  });
  return { count: only<number>(of, 1)!, sum: only<number>(of, 2)!, quantiles };
}

function exemplar(bytes: Uint8Array): DecodedExemplar {
  const of = fields(bytes, { 1: 'message', 2: 'double', 3: 'message' });
  const [stamp] = messages(of, 3);
  const time = stamp && fields(stamp, { 1: 'uint64', 2: 'uint32' });
  return {
    labels: messages(of, 1).map(label),
    value: only<number>(of, 2)!,
    time: time && only<number>(time, 1)! + only<number>(time, 2)! / 1e9,
  };
}

function histogram(bytes: Uint8Array): DecodedHistogram {
  const of = fields(bytes, {
    ...{ 1: 'uint64', 2: 'double', 3: 'message', 5: 'sint32', 6: 'double', 7: 'uint64' },
    ...{ 9: 'message', 10: 'sint64', 12: 'message', 13: 'sint64' },
  });
  const buckets = messages(of, 3).map((bucket) => fields(bucket, { 1: 'uint64', 2: 'double', 3: 'message' }));
  return {
    count: only<number>(of, 1)!,
    sum: only(of, 2),
    buckets: buckets.map((each) => [only<number>(each, 2)!, only<number>(each, 1)!]),
    exemplars: new Map(buckets.flatMap((each, i) => messages(each, 3).map((one) => [i, exemplar(one)] as const))),
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
