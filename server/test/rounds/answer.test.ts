import test from 'ava';
import * as fc from '../../../test/support/properties';
import { readAnswer, readLastNumbers } from '../../src/rounds/messages/answer';

const compact = { v: 2, form: 'snapshot', incarnation: 'i', generation: 3, pid: 7, payload: 'AAAA' };
const message = { topic: 'returnMetrics', from: '2', request: 'r', token: 't', data: compact };

test('an answer is read with its sender, its request and its data', (t) => {
  t.deepEqual(readAnswer(message), {
    pmId: 2,
    request: 'r',
    token: 't',
    body: { form: 'snapshot', incarnation: 'i', generation: 3, pid: 7, payload: 'AAAA' },
  });
  const data = { resource: {}, scopeMetrics: [] };
  t.deepEqual(readAnswer({ ...message, from: 0, request: undefined, token: undefined, data }), {
    pmId: 0,
    request: undefined,
    token: undefined,
    body: { form: 'plain', data },
  });
});

test('a message with another topic, or without a sender, is not an answer', (t) => {
  for (const other of [null, undefined, 1, 'text', [], {}, { ...message, topic: 'returnmetrics' }]) {
    t.is(readAnswer(other), undefined);
  }
  for (const from of [undefined, null, '', '_old_2', '1.5', -1, 1e21, {}, ['2'], '2'.repeat(1000)]) {
    t.is(readAnswer({ ...message, from }), undefined);
  }
});

test('a malformed answer is told with its sender and the problem', (t) => {
  const cases: readonly [unknown, RegExp][] = [
    [null, /no object/],
    ['text', /no object/],
    [{ ...compact, v: 3 }, /in version 3 of the protocol, and this server reads version 2: update pm2-cluster-metrics/],
    [{ ...compact, v: 0 }, /in version 0 .* reads version 2: update @mashroom.* in that app/],
    [{ ...compact, v: '2' }, /says no version/],
    [{ ...compact, form: 'other' }, /a form that was not asked for/],
    [{ ...compact, payload: undefined }, /lacks/],
    [{ ...compact, generation: '3' }, /lacks/],
    [{ ...compact, incarnation: 3 }, /lacks/],
    [{ ...compact, pid: undefined }, /lacks/],
  ];
  for (const [data, problem] of cases) {
    const read = readAnswer({ ...message, data });
    t.regex(read !== undefined && 'problem' in read ? read.problem : '', problem);
  }
});

test('an answer in the compact form needs the token, and one in the plain form does not', (t) => {
  const read = (data: object) => readAnswer({ ...message, token: undefined, data });
  t.like(read(compact), { kind: 'malformed', problem: 'it lacks the token' });
  t.like(read({ ...compact, v: 1 }), { kind: 'unsupported' });
  t.like(read({ resource: {} }), { body: { form: 'plain' } });
});

test('any message is read without an error', (t) => {
  const anything = fc.anything();
  const odd = fc.record(
    {
      topic: fc.constantFrom('returnMetrics', 'lastMetrics'),
      from: fc.oneof(fc.nat(), anything),
      request: anything,
      data: anything,
    },
    { requiredKeys: ['topic'] },
  );
  fc.assert(
    fc.property(fc.oneof(odd, anything), (any) => {
      const read = readAnswer(any);
      t.true(read === undefined || Number.isSafeInteger(read.pmId));
      const last = readLastNumbers(any);
      t.true(last === undefined || 'problem' in last || Number.isSafeInteger(last.body.pid));
    }),
  );
});
