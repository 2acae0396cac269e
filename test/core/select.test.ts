import test from 'ava';
import { selectMetrics, Selector } from '../../core/select';
import { scalar, snapshotOf } from '../support/snapshots';

function selected(names: readonly string[], select: readonly string[]): string[] {
  const families = names.map((name) => ({ name, type: 'GAUGE' as const, series: [{ now: scalar(1) }] }));
  return selectMetrics(snapshotOf({ families }), select)
    .flat()
    .map(({ name }) => name);
}

test('metrics come in the order of the list, then in that of the snapshot', (t) => {
  const names = ['b_total', 'c', 'a_total', 'a'];
  t.deepEqual(selected(names, ['a', '*_total', 'c']), ['a', 'b_total', 'a_total', 'c']);
});

test('a metric that several patterns select comes once, by the first of them', (t) => {
  t.deepEqual(selected(['a', 'b', 'c'], ['b*', '*', 'a', 'b']), ['b', 'a', 'c']);
  t.deepEqual(selected(['b', 'a'], ['a', '*', 'b']), ['a', 'b']);
});

test('what nothing matches is left out, and a pattern without a match is no error', (t) => {
  t.deepEqual(selected(['a', 'b'], ['x', 'y*', 'b']), ['b']);
  t.deepEqual(selected(['a'], []), []);
  t.deepEqual(selected([], ['*']), []);
});

test('families of one name in several scopes are one metric', (t) => {
  const family = { name: 'a', type: 'GAUGE' as const, series: [{ now: scalar(1) }] };
  const snapshot = snapshotOf({ families: [family, { ...family, name: 'b' }, { ...family, scope: 'other' }] });
  const [a, b] = selectMetrics(snapshot, ['*']).flat();
  t.is(a?.families.length, 2);
  t.is(b?.families.length, 1);
});

const GLOBS: readonly [pattern: string, matching: readonly string[], others: readonly string[]][] = [
  ['http*', ['http', 'http_total', 'http.server.duration', 'http/requests/total', 'http\\x'], ['xhttp', 'HTTP_total']],
  ['*', ['a', 'a.b', 'a/b', '.hidden', '/', 'a/.b', '_'], []],
  ['*requests', ['requests', 'http/requests', 'http.requests'], ['requests_total']],
  ['http?server', ['http.server', 'http/server', 'http_server'], ['httpserver', 'http__server']],
  ['http.*', ['http.server', 'http.'], ['http', 'httpxserver']],
  ['{http,rpc}.*', ['http.a', 'rpc.b'], ['ftp.a']],
  ['v[12]_total', ['v1_total', 'v2_total'], ['v3_total']],
  ['a/*', ['a/b', 'a/b/c'], ['a', 'ab']],
  ['**', ['a', 'a/b', '.a'], []],
  ['a+b', ['a+b'], ['aab']],
  ['!a', ['!a'], ['a', 'b']],
];

for (const [pattern, matching, others] of GLOBS) {
  test(`the glob ${pattern} sees a name as one word`, (t) => {
    const selector = new Selector([pattern]);
    for (const name of matching) t.is(selector.rank(name), 0, name);
    for (const name of others) t.is(selector.rank(name), -1, name);
  });
}

test('a pattern always selects the metric of exactly that name', (t) => {
  for (const pattern of ['a[b', '(', 'a{b', 'x[0]', '', '\\', 'a'.repeat(100_000) + '*']) {
    t.is(new Selector(['z', pattern]).rank(pattern), 1, pattern.slice(0, 10));
  }
});
