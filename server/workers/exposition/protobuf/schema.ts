/** Field numbers of io/prometheus/client/metrics.proto which are used here. */

export const FAMILY = { name: 1, help: 2, type: 3, metric: 4, unit: 5 } as const;
export const METRIC = { label: 1, gauge: 2, counter: 3, summary: 4, histogram: 7 } as const;
export const LABEL = { name: 1, value: 2 } as const;
/** Of a gauge and of a counter. */
export const VALUE = 1;
export const COUNTER_EXEMPLAR = 2;
export const SUMMARY = { sampleCount: 1, sampleSum: 2, quantile: 3 } as const;
export const QUANTILE = { quantile: 1, value: 2 } as const;
export const HISTOGRAM = {
  sampleCount: 1,
  sampleSum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  negativeSpan: 9,
  negativeDelta: 10,
  positiveSpan: 12,
  positiveDelta: 13,
} as const;
export const BUCKET = { cumulativeCount: 1, upperBound: 2, exemplar: 3 } as const;
export const EXEMPLAR = { label: 1, value: 2, timestamp: 3 } as const;
export const TIMESTAMP = { seconds: 1, nanos: 2 } as const;
export const SPAN = { offset: 1, length: 2 } as const;

// A tag is the field number and the wire type. All numbers here are below 16, so that a tag is one byte.
export const varintTag = (field: number): number => field << 3;
export const doubleTag = (field: number): number => (field << 3) | 1;
/** For strings, messages and packed numbers, which begin with their length. */
export const bytesTag = (field: number): number => (field << 3) | 2;
