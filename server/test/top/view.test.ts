/** The tables: what stands in them, in which order, and that no name changes the terminal. */
import test from 'ava';
import * as fc from '../../../test/support/properties';
import { AnswerError, Client } from '../../src/top/client';
import { askForView, type View } from '../../src/top/view';
import { NOW, OVERVIEW, processOf, serveAnswers } from './answers';
import type { ExecutionContext } from 'ava';

const BY_ID = { sort: 'id', filter: '' };

async function viewOf(t: ExecutionContext, answer: unknown = OVERVIEW, cardinality = false): Promise<View> {
  const server = await serveAnswers(t);
  if (!cardinality) server.answers['/api/overview'] = answer;
  const client = new Client({ url: new URL(server.url), authorization: undefined, ca: undefined, insecure: false });
  t.teardown(() => client.close());
  return askForView(client, cardinality);
}

test('processes stand in columns, with what is odd of them', async (t) => {
  const view = await viewOf(t);
  const { head, rows } = view.table(BY_ID);
  t.deepEqual(
    [head, ...rows.map(({ line }) => line)],
    [
      'app     namespace  id*  status            up  ↺    cpu   memory     loop  req/s  err/s     p95   sess  note',
      'shop                 0  online         1h 2m  0  12.5%  74.1 MB  12.3 ms   12.5      0  250 ms',
      'shop                 1  online         1h 2m  0    90%  74.1 MB  12.3 ms   12.5   1.50  250 ms  1.23k  odd: errors',
      'api                  2  blocked 1m 5s  1h 2m  0  12.5%  74.1 MB  12.3 ms      0      0  250 ms',
      'worker  jobs         3  stopped            -  0      -        -        -      -      -       -         PM2 says that it is stopped',
    ],
  );
  t.deepEqual(
    rows.map(({ mood }) => mood),
    [undefined, 'bad', 'bad', 'quiet'],
  );
  t.is(view.summary(), '3 of 4 processes online, 25 req/s, 1.50 err/s (server 1.2.3)');
});

test('a process that does not answer is told from one without an exporter, and found by its state', async (t) => {
  const processes = [
    processOf({ pmId: 0, status: 'unanswered', why: 'it has not answered within 1000 ms' }),
    processOf({ pmId: 1, app: 'plain', why: 'it is asked and has never answered', path: null }),
    processOf({ pmId: 2, blockedSince: NOW - 3000 }),
  ];
  const view = await viewOf(t, { ...OVERVIEW, processes });
  const { rows } = view.table(BY_ID);
  t.regex(rows[0]?.line ?? '', /^shop +0 +unanswered +1h 2m .* it has not answered within 1000 ms$/);
  t.regex(rows[1]?.line ?? '', /^plain +1 +online +1h 2m .* it is asked and has never answered$/);
  t.deepEqual(
    rows.map(({ mood }) => mood),
    ['bad', undefined, 'bad'],
  );
  t.regex(view.summary(), /^2 of 3 processes online/);
  const found = (filter: string): unknown =>
    view.table({ sort: 'id', filter }).rows.map(({ line }) => line.split(/ +/)[1]);
  t.deepEqual(found('unanswered'), ['0']);
  t.deepEqual(found('blocked'), ['2']);
  t.deepEqual(found('never'), ['1']);
});

test('columns in which nothing stands are left out', async (t) => {
  const view = await viewOf(t, { ...OVERVIEW, processes: [processOf({ pmId: 0 })] });
  t.notRegex(view.table(BY_ID).head, /namespace|sess|note/);
});

test('rows are sorted by any column, unknown numbers last, and filtered by words', async (t) => {
  const view = await viewOf(t);
  const ids = (sort: string, filter = ''): unknown =>
    (JSON.parse(view.json({ sort, filter })) as typeof OVERVIEW).processes.map(({ pmId }) => pmId);
  t.deepEqual(ids('cpu'), [1, 0, 2, 3]);
  t.deepEqual(ids('requests'), [0, 1, 2, 3]);
  t.deepEqual(ids('app'), [2, 0, 1, 3]);
  t.deepEqual(ids('id'), [0, 1, 2, 3]);
  t.deepEqual(ids('id', 'SHOP online'), [0, 1]);
  t.deepEqual(ids('id', 'jobs'), [3]);
  t.deepEqual(ids('id', 'nothing'), []);
  for (const key of view.keys) t.is(view.table({ sort: key, filter: '' }).rows.length, 4, key);
});

test('cardinality tells metrics, growth, values of attributes and processes', async (t) => {
  const view = await viewOf(t, undefined, true);
  const { head, rows } = view.table({ sort: 'series', filter: '' });
  t.deepEqual(
    [head, ...rows.map(({ line }) => line)],
    [
      'series*  grown  app   metric               values of attributes     series by pm_id',
      '  12.5k    +4k  shop  http_requests_total  path 3k (+1k), method 4  1: 8.50k, 0: 4k',
      '    100     -3  shop  carts                                         0: 100',
    ],
  );
  t.deepEqual(
    rows.map(({ mood }) => mood),
    ['odd', undefined],
  );
  t.regex(view.summary(), /^12\.6k series; the 2 largest metrics, growth within 3\dm \d+s$/);
});

/** All that may begin an escape sequence, move the cursor or turn the direction of a line. */
const HARMFUL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

test('no name, label or sentence can change the terminal', async (t) => {
  const harm = 'a\u001b[2J\u001b]0;title\u0007\u009b31m\r\nb\u202e\u0000';
  const view = await viewOf(t, {
    version: harm,
    now: NOW,
    problem: harm,
    processes: [processOf({ pmId: 0, app: harm, namespace: harm, status: harm, odd: harm, why: harm })],
  });
  const { head, rows } = view.table(BY_ID);
  for (const text of [view.summary(), head, ...rows.map(({ line }) => line), view.json(BY_ID)]) {
    t.notRegex(text, HARMFUL);
  }
  t.true(rows[0]?.line.includes('a\\u001b[2J\\u001b]0;title\\u0007\\u009b31m'));
  t.is((JSON.parse(view.json(BY_ID)) as typeof OVERVIEW).processes[0]?.app, harm, 'JSON still says the same');
});

test('any text is shown in one line without control characters', async (t) => {
  const server = await serveAnswers(t);
  const client = new Client({ url: new URL(server.url), authorization: undefined, ca: undefined, insecure: false });
  t.teardown(() => client.close());
  const code = fc.oneof(fc.nat(0x9f), fc.nat(0xffff));
  const text = fc.array(code).map((codes) => String.fromCharCode(...codes));
  await fc.assert(
    fc.asyncProperty(text, text, text, async (app, metric, name) => {
      server.answers['/api/overview'] = { ...OVERVIEW, processes: [processOf({ pmId: 0, app, why: name })] };
      const attributes = [{ name, values: 1, grown: 0 }];
      const metrics = [{ metric, app, series: 1, grown: 0, attributes, processes: [] }];
      server.answers['/api/cardinality'] = { series: 1, since: 0, metrics };
      for (const cardinality of [false, true]) {
        const view = await askForView(client, cardinality);
        const { head, rows } = view.table({ sort: 'app', filter: '' });
        for (const line of [view.summary(), head, ...rows.map((row) => row.line), view.json(BY_ID)]) {
          t.false(HARMFUL.test(line));
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('answers of another form are refused, and unknown fields do no harm', async (t) => {
  for (const answer of [null, [], {}, { ...OVERVIEW, processes: [{ app: 'x' }] }, { ...OVERVIEW, now: 'x' }]) {
    await t.throwsAsync(viewOf(t, answer), { instanceOf: AnswerError, message: /another form/ });
  }
  await t.throwsAsync(viewOf(t, '<html>'), { instanceOf: AnswerError, message: /does not answer with JSON/ });
  const odd = { ...processOf({ pmId: 0 }), cpu: 'much', sessions: undefined, more: 1 };
  const view = await viewOf(t, { ...OVERVIEW, more: 1, processes: [odd] });
  t.regex(view.table(BY_ID).rows[0]?.line ?? '', /online {2}1h 2m {2}0 +- /);
});
