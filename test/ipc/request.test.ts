import test from 'ava';
import * as fc from '../support/properties';
import { readRequest, type MetricsRequest } from '../../src/ipc/request';

const ANYTHING = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
});
/** Valid and nearly valid values, which are rare among random values. */
const NUMBER = fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(-1, -0, 1.5, NaN, Infinity, 2 ** 53, 1e9, 1e21));
const FROM = fc.oneof(NUMBER, NUMBER.map(String), fc.constantFrom('', ' 1', '1 ', '0x1', '1e3', '١'), ANYTHING);
const RANGE = fc.oneof(fc.tuple(NUMBER, NUMBER), fc.array(NUMBER), fc.sparseArray(NUMBER, { maxLength: 2 }), ANYTHING);
const DATA = fc.oneof(
  ANYTHING,
  fc.record({
    v: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, NUMBER, ANYTHING),
    form: fc.oneof({ weight: 4, arbitrary: fc.constant('snapshot') }, ANYTHING),
    incarnation: fc.oneof(fc.string(), ANYTHING),
    have: fc.oneof(
      fc.array(RANGE),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1 }),
      fc.sparseArray(RANGE),
      ANYTHING,
    ),
  }),
);
const PACKET = fc.oneof(
  ANYTHING,
  fc.record({
    topic: fc.constant('getMetrics'),
    from: FROM,
    data: DATA,
    request: fc.oneof(fc.string(), NUMBER, ANYTHING),
    token: fc.oneof(fc.string(), ANYTHING),
  }),
);

function packet(fields: object): object {
  return { topic: 'getMetrics', from: '3', data: null, ...fields };
}

function accepted(fields: object): MetricsRequest | undefined {
  const read = readRequest(packet(fields));
  return read.kind === 'request' ? read.request : undefined;
}

test('whatever comes in, reading it does not throw, and what is accepted is within its documented bounds', (t) => {
  let requests = 0;
  let ranges = 0;
  fc.assert(
    fc.property(PACKET, (input) => {
      const read = readRequest(input);
      const { topic, from } = (input ?? {}) as { topic?: unknown; from?: unknown };
      if (read.kind === 'other') return topic !== 'getMetrics';
      if (topic !== 'getMetrics') return false;
      if (read.kind === 'malformed') return read.message.startsWith('"from" is ') && read.message.length < 150;
      requests++;
      const { recipient, form } = read.request;
      const { pmId, request } = recipient;
      if (!/^\d{1,9}$/.test(String(from)) || pmId !== Number(from)) return false;
      if (request !== undefined && typeof request !== 'string' && !Number.isFinite(request)) return false;
      // The worker gets an accepted form unchanged, and compares forms as JSON.
      if (JSON.stringify(structuredClone(read)) !== JSON.stringify(read)) return false;
      if (form.kind === 'plain') return Object.keys(form).length === 1;
      for (const range of form.have) {
        const [first, last] = range;
        if (range.length !== 2 || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return false;
        ranges++;
      }
      const { v } = (input as { data: { v: unknown } }).data;
      return Number.isSafeInteger(v) && Number(v) > 0;
    }),
    { numRuns: 5000 },
  );
  t.true(requests > 100 && ranges > 100, `${requests} requests, ${ranges} ranges`);
});

test('the asker is known by its pm_id, which is a number or a string, and may be 0', (t) => {
  for (const [from, pmId] of [
    ['0', 0],
    [0, 0],
    ['12', 12],
    [12, 12],
    ['999999999', 999_999_999],
  ] as const) {
    t.deepEqual(accepted({ from }), { recipient: { pmId }, form: { kind: 'plain' } });
  }
  for (const from of [undefined, null, '', 'web', -1, 1.5, '1.5', NaN, '1000000000', 1e9, [1], { id: 1 }, true, 1n]) {
    t.is(readRequest(packet({ from })).kind, 'malformed');
  }
});

test('the id of a request comes back as it was, unless it is too long or of another type', (t) => {
  for (const request of ['a', '', 0, -1.5, 'x'.repeat(200)]) t.is(accepted({ request })?.recipient.request, request);
  for (const token of ['a', '', 'x'.repeat(200)]) t.is(accepted({ token })?.recipient.token, token);
  for (const request of [null, undefined, {}, [], NaN, 'x'.repeat(201), true]) {
    t.deepEqual(accepted({ request })?.recipient, { pmId: 3 });
    t.deepEqual(accepted({ token: request })?.recipient, { pmId: 3 });
  }
});

test('pages that the asker has are named by ranges, and a value that is no list of ranges counts as none', (t) => {
  const form = (data: object) => accepted({ data: { v: 2, form: 'snapshot', incarnation: 'i', ...data } })?.form;
  const snapshot = (have: unknown) => ({ kind: 'snapshot', incarnation: 'i', have });
  t.deepEqual(
    form({
      have: [
        [0, 3],
        [7, 7],
      ],
    }),
    snapshot([
      [0, 3],
      [7, 7],
    ]),
  );
  t.deepEqual(form({}), snapshot([]));
  t.deepEqual(form({ incarnation: 5, have: [] }), { kind: 'snapshot', incarnation: undefined, have: [] });
  const tooMany = Array.from({ length: 10_001 }, (_, i) => [i, i]);
  for (const have of ['0-3', [0, 3], [[0]], [[0, '3']], [[0, 0.5]], [[0, 3], null], tooMany]) {
    t.deepEqual(form({ have }), snapshot([]));
  }
});

test('a form that is not known is answered in the form of the first version', (t) => {
  for (const data of [
    null,
    undefined,
    'snapshot',
    {},
    { form: 'snapshot' },
    { v: 1, form: 'other' },
    { v: 0, form: 'snapshot' },
  ]) {
    t.deepEqual(accepted({ data })?.form, { kind: 'plain' });
  }
  // The answer names its version.
  t.is(accepted({ data: { v: 2, form: 'snapshot' } })?.form.kind, 'snapshot');
});
