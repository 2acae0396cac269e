/** What was read of an exposition as protobuf. */

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
  /** Of the counter. */
  readonly exemplar?: DecodedExemplar | undefined;
  readonly summary?: DecodedSummary | undefined;
  readonly histogram?: DecodedHistogram | undefined;
}

export interface DecodedSummary {
  readonly count: number;
  readonly sum: number;
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
}

export interface DecodedExemplar {
  readonly labels: DecodedMetric['labels'];
  readonly value: number;
  /** Epoch seconds. */
  readonly time: number | undefined;
}

export interface DecodedHistogram {
  readonly count: number;
  readonly sum: number | undefined;
  readonly buckets: readonly (readonly [bound: number, cumulative: number])[];
  /** By index of the bucket. */
  readonly exemplars: ReadonlyMap<number, DecodedExemplar>;
  readonly schema: number | undefined;
  readonly zeroThreshold: number | undefined;
  readonly zeroCount: number | undefined;
  readonly spans: { readonly positive: number; readonly negative: number };
  /** Counts by index of the bucket, as far as they are told. */
  readonly positive: ReadonlyMap<number, number>;
  readonly negative: ReadonlyMap<number, number>;
}
