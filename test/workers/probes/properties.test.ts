import test from 'ava';
import * as fc from '../../support/properties';
import { mergeBuckets, type Buckets } from '../../../core/query/observed-histogram';
import { bucketQuantile } from '../../../core/query/quantile';
import { histogram, scalar, type FamilySpec } from '../../support/snapshots';
import { compute, shown } from './computed';

const count = fc.nat({ max: 1000 });
const quantiles = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 })
  .map((q) => q.sort((a, b) => a - b));

/** Prometheus' `increase()` over samples that cover its whole range, so that it extrapolates nothing. */
function increase(samples: readonly number[]): number {
  let result = (samples.at(-1) ?? 0) - (samples[0] ?? 0);
  samples.forEach((sample, index) => {
    const before = samples[index - 1];
    if (before !== undefined && sample < before) result += before;
  });
  return result;
}

test("deltas over any sequence with resets add up to Prometheus' increase", (t) => {
  fc.assert(
    fc.property(fc.array(count, { minLength: 2, maxLength: 30 }), (samples) => {
      let sum = 0;
      for (let index = 1; index < samples.length; index++) {
        const series = [{ now: scalar(samples[index] ?? 0), before: scalar(samples[index - 1] ?? 0) }];
        sum += shown({ families: [{ name: 'c', type: 'SUM', series }] }, { counters: 'delta' })['c'] ?? NaN;
      }
      return sum === increase(samples);
    }),
  );
  t.pass();
});

test('the aggregated delta is the sum of the deltas of the series', (t) => {
  const pair = fc.record({ now: count, before: fc.option(count), restarted: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(pair, { minLength: 2, maxLength: 50 }),
      fc.integer({ min: 1, max: 7 }),
      (pairs, pageSeries) => {
        const series = pairs.map(({ now, before, restarted }, id) => ({
          attributes: { id },
          now: scalar(now, 2000),
          before: before === null ? undefined : scalar(before, restarted ? 1000 : 2000),
        }));
        const spec = { families: [{ name: 'c', type: 'SUM', series } satisfies FamilySpec], pageSeries };
        const single = Object.values(shown(spec, { counters: 'delta', perMetric: 50 })).filter(
          (value) => !Number.isNaN(value),
        );
        const all = shown(spec, { counters: 'delta', perMetric: 1 })['c[sum]'];
        return Object.is(all, single.length === 0 ? NaN : single.reduce((sum, value) => sum + value, 0));
      },
    ),
  );
  t.pass();
});

const bounds = fc
  .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 })
  .map((all) => all.sort((a, b) => a - b));
const buckets = bounds.chain((all) =>
  fc.record({
    bounds: fc.constant(all),
    counts: fc.array(count, { minLength: all.length + 1, maxLength: all.length + 1 }),
  }),
);

test('quantiles of buckets rise with q and stay within the bounds', (t) => {
  fc.assert(
    fc.property(buckets, quantiles, ({ bounds: all, counts }, qs) => {
      const values = qs.map((q) => bucketQuantile(q, all, Float64Array.from(counts)));
      if (counts.every((each) => each === 0)) return values.every(Number.isNaN);
      const low = Math.min(0, all[0] ?? 0);
      const high = all.at(-1) ?? 0;
      return values.every((value, i) => value >= low && value <= high && (i === 0 || value >= (values[i - 1] ?? NaN)));
    }),
  );
  t.pass();
});

test('merged buckets count what lies below each bound exactly, and lose nothing', (t) => {
  fc.assert(
    fc.property(fc.array(buckets, { minLength: 1, maxLength: 4 }), (all) => {
      const parts = all.map((each) => ({ bounds: each.bounds, counts: Float64Array.from(each.counts) }));
      const merged = mergeBuckets(parts);
      const below = (bound: number, { bounds: own, counts }: Buckets): number =>
        counts.reduce((sum, each, i) => sum + ((own[i] ?? Infinity) <= bound ? each : 0), 0);
      return [...merged.bounds, Infinity].every(
        (bound) => below(bound, merged) === parts.reduce((sum, part) => sum + below(bound, part), 0),
      );
    }),
  );
  t.pass();
});

test('a metric never takes more probes than perMetric allows', (t) => {
  const type = fc.constantFrom('SUM' as const, 'GAUGE' as const, 'HISTOGRAM' as const);
  fc.assert(
    fc.property(type, fc.nat({ max: 60 }), fc.integer({ min: 1, max: 30 }), (kind, size, perMetric) => {
      const series = Array.from({ length: size }, (_, id) => ({
        attributes: { id },
        now: kind === 'HISTOGRAM' ? histogram([1], [id, 1]) : scalar(id),
      }));
      const { probes, aggregated } = compute({ families: [{ name: 'm', type: kind, series }] }, { perMetric });
      const each = kind === 'HISTOGRAM' ? 4 : 1;
      if (size <= perMetric) return aggregated.length === 0 && probes.length === size * each;
      return aggregated.includes('m') && probes.length === { SUM: 1, GAUGE: 3, HISTOGRAM: 4 }[kind];
    }),
  );
  t.pass();
});
