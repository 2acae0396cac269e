/** A thousand things that are wrong in the same way are a few lines, and what they are called cannot forge others. */
import test from 'ava';
import { counter, point } from '../core/encoder/collections';
import { metrics, startCollector } from '../collect/running-collector';
import { until } from '../support/until';

test('a thousand malformed metrics are a few lines, which say how many there are', async (t) => {
  const malformed = Array.from({ length: 1000 }, (_, i) => ({
    ...counter(`bad"\n\u001b[31m${i}`, [point({}, 1)]),
    dataPoints: i % 2 === 0 ? [{ attributes: {}, startTime: 'soon' }] : 5,
  }));
  const bench = startCollector(t, { collect: () => metrics(1, ...malformed) });
  await bench.more(3);
  t.true(bench.log.length > 0 && bench.log.length <= 6, bench.log.join('\n'));
  t.regex(bench.log.join('\n'), /and \d{2,3} more alike/);
  t.notRegex(bench.log.join(''), /\p{Cc}/u);
  t.true(bench.log.every((line) => line.length < 1000));
});

test('a trouble that has another id each time is one line', async (t) => {
  let calls = 0;
  const id = (): string => (++calls * 7919).toString(16).padStart(8, 'f');
  const bench = startCollector(t, {
    collect: () => Promise.reject(new Error(`request ${id()}-${id()} of "shop ${calls}" at 10.0.0.${calls} failed`)),
  });
  await until('more than ten calls', () => (calls > 10 ? true : undefined));
  t.is(bench.log.length, 1, bench.log.join('\n'));
});

test('what comes and goes at each interval, and what is new each time, is a bounded number of lines', async (t) => {
  let calls = 0;
  const words = 'abcdefghij';
  const bench = startCollector(t, {
    collect: () => {
      calls++;
      if (calls % 2 === 0) return metrics();
      throw new Error(Array.from(String(calls), (digit) => words[Number(digit)]).join(''));
    },
  });
  await until('more than forty calls', () => (calls > 40 ? true : undefined));
  t.true(bench.log.length <= 10, `${bench.log.length}`);
});
