/** What is asked for once. */
import test from 'ava';
import { run, NO_LIVE } from '../running-server';
import { ViewError } from '../../../src/view';

test('the overview and found metrics are JSON', async (t) => {
  const searched: string[] = [];
  const live = {
    ...NO_LIVE,
    search: (text: string) => {
      searched.push(text);
      return Promise.resolve({ metrics: [], total: 3 });
    },
  };
  const { get } = await run(t, undefined, {}, { live });
  const overview = await get('/api/overview');
  t.is(overview.headers['content-type'], 'application/json; charset=utf-8');
  t.deepEqual(JSON.parse(overview.text), { version: '1.2.3', now: 1, problem: null, processes: [] });
  t.deepEqual(JSON.parse((await get('/api/metrics?search=a%20b')).text), { metrics: [], total: 3 });
  t.is((await get('/api/metrics')).status, 200);
  t.deepEqual(searched, ['a b', '']);
});

test('a search that is too long or not one text, or one too many, is refused', async (t) => {
  const busy = { ...NO_LIVE, search: () => Promise.reject(new ViewError('UNAVAILABLE', 'Too many searches.')) };
  const { get } = await run(t, undefined, {}, { live: busy });
  t.is((await get(`/api/metrics?search=${'x'.repeat(201)}`)).status, 400);
  t.is((await get('/api/metrics?search=a&search=b')).status, 400);
  const { status, text } = await get('/api/metrics?search=a');
  t.is(status, 503);
  t.is(text, 'Too many searches.\n');
});
