/** A malformed metric does not silence the line about the series limit. */
import test from 'ava';
import { startCollector } from '../collect/running-collector';
import { collected, counter, point, series } from '../core/encoder/collections';

test('series above the limit are told of beside a malformed metric', async (t) => {
  const many = counter(
    'many',
    series(20).map((one) => point(one, 1)),
  );
  const bench = startCollector(t, { collect: () => collected({ descriptor: {} }, many).data }, { maxSeries: 10 });
  await bench.more(3);
  t.deepEqual([...bench.log].sort(), [
    'warn 10 series are not exported: there are more than 10 (maxSeries). Use fewer attribute values, or raise maxSeries',
    'warn Not all metrics are exported: a metric has no descriptor with a name',
  ]);
});
