/** Random sequences of recordings with all kinds of instruments, and what records them. */
import type { Attributes, Meter } from '@opentelemetry/api';
import * as fc from '../../../support/properties';

const KEYS = ['method', 'path', 'status', 'ä"b'];
const VALUES = ['GET', 'a,b', '', 5, true, '{"x":[1]}', 'ü'];
const INSTRUMENTS = ['counter', 'up_down', 'gauge', 'histogram', 'exponential', 'exponential.small'] as const;

/** The keys come in any order. */
const attributes = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES)), {
    maxLength: 4,
    selector: ([key]) => key,
  })
  .map((pairs): Attributes => Object.fromEntries(pairs));

const value = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
  fc.constantFrom(0, 1e-300, 1e300, 1e15, 3e-5),
);

const recording = fc.record({ instrument: fc.constantFrom(...INSTRUMENTS), attributes, value });
export type Recording = typeof recording extends fc.Arbitrary<infer T> ? T : never;

/** By collection. */
export const recordings = fc.array(fc.array(recording, { maxLength: 12 }), { minLength: 2, maxLength: 14 });

export function recorder(meter: Meter): (recording: Recording) => void {
  const counter = meter.createCounter('counter');
  const upDown = meter.createUpDownCounter('up_down');
  const gauge = meter.createGauge('gauge');
  const histogram = meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: [-5, 0, 1, 100] } });
  const exponential = meter.createHistogram('exponential');
  const small = meter.createHistogram('exponential.small');
  return ({ instrument, attributes: own, value: number }) => {
    const fresh = { ...own };
    if (instrument === 'counter') counter.add(Math.abs(number), fresh);
    else if (instrument === 'up_down') upDown.add(number, fresh);
    else if (instrument === 'gauge') gauge.record(number, fresh);
    else if (instrument === 'histogram') histogram.record(number, fresh);
    // The API forbids negative values of histograms, and the SDK takes them.
    else (instrument === 'exponential' ? exponential : small).record(number / 1e3, fresh);
  };
}
