/** Deltas that come with what was recorded, beside the objects that the application has recorded with. */
import test from 'ava';
import * as fc from '../../../support/properties';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import type { Attributes, ResourceMetrics } from '../../../../core/otel';
import { SCALAR_VALUE } from '../../../../core/snapshot';
import { encode, point, read } from '../collections';
import { allNumbers } from './all-numbers';
import { deltaCounter } from './metrics';

/** As OpenTelemetry's SDK tells series apart. */
function recordedText(attributes: Attributes): string {
  const keys = Object.keys(attributes).sort();
  return keys.length === 0 ? '' : JSON.stringify(keys.map((key) => [key, attributes[key]]));
}

function recorded(all: readonly Attributes[], texts: readonly unknown[] = all.map(recordedText)): object {
  const points = all.map((attributes) => point(attributes, 1));
  return { ...deltaCounter('c', points), recordedAttributes: texts };
}

const totals = async (encoder: SnapshotEncoder, metric: object): Promise<Record<string, number>> =>
  Object.fromEntries(
    [...read(await encode(encoder, metric))].map(([text, numbers]) => [text, numbers[SCALAR_VALUE] as number]),
  );
const newEncoder = () => new SnapshotEncoder({ maxSeries: 10_000 });

test('an object that the application has changed since counts as what was recorded', async (t) => {
  const encoder = newEncoder();
  const object = { route: 'b', method: 'GET' };
  const texts = ['a', 'b'].map((route) => recordedText({ ...object, route }));
  const expected = (value: number) => ({
    '{"method":"GET","route":"a"}': value,
    '{"route":"b","method":"GET"}': value,
  });
  t.deepEqual(await totals(encoder, recorded([object, object], texts)), expected(1));
  object.route = 'c';
  t.deepEqual(await totals(encoder, recorded([object, object], texts)), expected(2));
});

test('the object of a known series is not looked at', async (t) => {
  let looks = 0;
  const hidden = {
    get attributes() {
      looks++;
      return { id: 1 };
    },
    startTime: [1_795_000_000, 0],
    endTime: [1_795_000_001, 0],
    value: 1,
  };
  const metric = { ...deltaCounter('c', [hidden as never]), recordedAttributes: ['[["id",1]]'] };
  const encoder = newEncoder();
  t.deepEqual(await totals(encoder, metric), { '{"id":1}': 1 });
  t.true(looks > 0);
  looks = 0;
  t.deepEqual(await totals(encoder, metric), { '{"id":1}': 2 });
  t.is(looks, 0);
});

test('an object that cannot be read is lost by itself', async (t) => {
  const thrown = Object.defineProperty(point({}, 1), 'attributes', {
    get() {
      throw new Error('no');
    },
  });
  const points = [point({ id: 1 }, 1), thrown, point({ id: 3 }, 3)];
  const metric = { ...deltaCounter('c', points), recordedAttributes: [1, 2, 3].map((id) => recordedText({ id })) };
  const scopeMetrics = [{ scope: { name: 'test' }, metrics: [metric] }] as unknown as ResourceMetrics['scopeMetrics'];
  const { snapshot, problems } = await newEncoder().encode({
    data: { resource: { attributes: {} }, scopeMetrics },
    time: 0,
    intervalMs: 1,
    collectMs: 0,
  });
  t.deepEqual([...read(snapshot).keys()], ['{"id":1}', '{"id":3}']);
  t.is(problems.length, 1);
  t.regex(problems[0] ?? '', /malformed.*no/);
});

const value = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 3, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.boolean()) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>('ü', '"', '\\', '\n', '],[', '"]]', undefined, null, [1, 'a'], { a: 1 }),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(NaN, Infinity, -0, 1e21, 1e-7, new Date(0)) },
);
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '1', '0', 'ö', 'a"', ''), fc.string({ maxLength: 3 }));
/** As the SDK has them: an attribute set once in a collection. */
const collection = fc.uniqueArray(fc.dictionary(key, value, { maxKeys: 20 }), {
  selector: recordedText,
  maxLength: 80,
});

test('with what was recorded, series are the same as without', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(collection, { minLength: 1, maxLength: 4 }), async (collections) => {
      const [plain, fast] = [newEncoder(), newEncoder()];
      for (const all of [...collections, ...collections]) {
        const points = all.map((attributes) => point(attributes, 1));
        const theirs = await encode(plain, deltaCounter('c', points));
        const ours = await encode(fast, recorded(all));
        t.deepEqual(allNumbers(ours), allNumbers(theirs));
      }
    }),
    { numRuns: 200 },
  );
});

test('what is no such text is not believed', async (t) => {
  const text = recordedText({ a: 'x', b: 1 });
  const odd: unknown[] = [1, null, {}, '[', '[[', '[["a"', '[["a","x"]', '[["a","x"],', '[["a","x"],]', 'x', '{"a":1}'];
  for (let end = 1; end < text.length; end++) odd.push(text.slice(0, end), `${text}${text.slice(0, end)}`);
  for (const one of odd) {
    const metric = recorded([{ id: 1 }, { id: 2 }], [one, '[["id",2]]']);
    t.deepEqual(await totals(newEncoder(), metric), { '{"id":1}': 1, '{"id":2}': 1 }, String(one));
  }
  t.deepEqual(await totals(newEncoder(), recorded([{ id: 1 }, { id: 2 }], [])), { '{"id":1}': 1, '{"id":2}': 1 });
});
