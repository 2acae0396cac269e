/** Random recordings with all kinds of instruments, and collections in between. */
import type { Attributes, Meter } from '@opentelemetry/api';
import { BATCH_POINTS } from '../../core/encoder/deltas/point-batch';
import * as fc from '../support/properties';
import type { ViewOptions } from './sdk';

export type Step =
  | { readonly kind: 'record'; readonly instrument: number; readonly attributes: number; readonly value: number }
  /** Once in each of more series of a counter than are made into data points at a time. */
  | { readonly kind: 'crowd'; readonly value: number }
  /** What the callbacks of observable instruments say from now on; `undefined` for nothing. */
  | { readonly kind: 'observe'; readonly attributes: number; readonly value: number | undefined }
  | { readonly kind: 'collect' };

/** Names that begin with `e` are exponential histograms. */
export const VIEWS: readonly ViewOptions[] = [
  { name: 'exponential', maxSize: 160 },
  { name: 'exponential.small', maxSize: 4 },
  { name: 'narrow', keys: ['id'] },
  { name: 'bounds', boundaries: [-5, 0, 0.1, 7] },
  { name: 'observed.narrow', keys: ['id'] },
];

const ATTRIBUTES: readonly Attributes[] = [
  {},
  ...[1, 2, 3].flatMap((id) => [
    { id, side: 'a' },
    { side: 'a', id },
    { id, side: 'b' },
  ]),
  { id: '1', list: ['a', 'b'], 'dotted.key': true },
];

const CROWD = BATCH_POINTS + 30;

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 1000 }) },
  { weight: 2, arbitrary: fc.double({ min: 1e-3, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, -0.25, 1e-9, 1e12, 0.1) },
);
const attributes = fc.nat({ max: ATTRIBUTES.length - 1 });

export const MAX_STEPS = 80;
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ kind: fc.constant('record' as const), instrument: fc.nat(), attributes, value: number }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('observe' as const),
        attributes,
        value: fc.option(number, { nil: undefined }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('crowd' as const), value: number }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('collect' as const) }) },
  ),
  { minLength: 1, maxLength: MAX_STEPS, size: 'max' },
);

/** One process: what is done with it by each step but collections. */
export function processOf(meter: Meter): (step: Step) => void {
  const advice = { explicitBucketBoundaries: [1, 10, 100] };
  const counters = [meter.createCounter('c'), meter.createUpDownCounter('u'), meter.createCounter('narrow')];
  const recorders = [
    meter.createGauge('g'),
    meter.createHistogram('h'),
    meter.createHistogram('advised', { advice }),
    meter.createHistogram('bounds'),
    meter.createHistogram('exponential'),
    meter.createHistogram('exponential.small'),
  ];
  const record = [
    ...counters.map((counter) => (value: number, own: Attributes) => counter.add(value, own)),
    ...recorders.map((recorder) => (value: number, own: Attributes) => recorder.record(value, own)),
  ];
  const observed = new Map<number, number>();
  for (const instrument of [
    meter.createObservableCounter('observed.c'),
    meter.createObservableGauge('observed.g'),
    meter.createObservableUpDownCounter('observed.u'),
    meter.createObservableUpDownCounter('observed.narrow'),
  ]) {
    instrument.addCallback((result) => {
      for (const [index, value] of observed) result.observe(value, { ...ATTRIBUTES[index] });
    });
  }
  return (step) => {
    // A fresh object each time, as most applications have it.
    if (step.kind === 'record')
      record[step.instrument % record.length]?.(step.value, { ...ATTRIBUTES[step.attributes] });
    else if (step.kind === 'crowd') for (let id = 0; id < CROWD; id++) record[0]?.(step.value, { id });
    else if (step.kind === 'observe' && step.value === undefined) observed.delete(step.attributes);
    else if (step.kind === 'observe') observed.set(step.attributes, Number(step.value));
  };
}
