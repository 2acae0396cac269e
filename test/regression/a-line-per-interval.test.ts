/** A collection that failed with another number in its message each time was a line per interval. */
import test from 'ava';
import { startCollector } from '../collect/running-collector';
import { until } from '../support/until';

test.serial('messages that differ only in their numbers are logged once', async (t) => {
  let calls = 0;
  const bench = startCollector(t, {
    collect: () => Promise.reject(new Error(`request ${++calls} took ${calls * 1.5} ms`)),
  });
  await until('a second call', () => (calls > 1 ? true : undefined));
  t.deepEqual(bench.log, [
    'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: request 1 took 1.5 ms',
  ]);
  bench.provider = { collect: () => Promise.reject(new Error('something else')) };
  await bench.lines(2);
  t.is(
    bench.log.at(-1),
    'warn Collecting metrics does not work, so the last numbers stay until the next try succeeds: something else',
  );
});
