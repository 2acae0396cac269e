/** Metrics with deltas, made by hand. */
import { counter, histogram } from '../collections';

export function deltaCounter(...args: Parameters<typeof counter>): object {
  return { ...counter(...args), aggregationTemporality: 0 };
}

export function deltaHistogram(...args: Parameters<typeof histogram>): object {
  return { ...histogram(...args), aggregationTemporality: 0 };
}

export function deltaGauge(...args: Parameters<typeof counter>): object {
  return { ...deltaCounter(...args), dataPointType: 2, isMonotonic: undefined };
}

/** Of an explicit histogram that has seen these values, each of which is its own bound. */
export function seen(...values: readonly number[]): object {
  const boundaries = [1, 2, 3];
  const counts = [0, 0, 0, 0];
  for (const value of values) counts[Math.min(3, value - 1)] = (counts[Math.min(3, value - 1)] as number) + 1;
  const sum = values.reduce((all, value) => all + value, 0);
  return {
    buckets: { boundaries, counts },
    count: values.length,
    sum,
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

/** Of an exponential histogram of scale 0 that has so many buckets. */
export function spread(buckets: number, offset = 0): object {
  const bucketCounts = new Array<number>(buckets).fill(1);
  const none = { offset: 0, bucketCounts: [] };
  return { count: buckets, sum: buckets, scale: 0, zeroCount: 0, positive: { offset, bucketCounts }, negative: none };
}
