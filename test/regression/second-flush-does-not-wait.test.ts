/** Each flush is over when the exporter has what was counted before it. Of two at once the second one did not wait. */
import test from 'ava';
import { metrics, startCollector } from '../collect/running-collector';

test('two flushes at the same time both wait for a snapshot', async (t) => {
  const bench = startCollector(t, { collect: () => Promise.resolve(metrics()) }, { intervalMs: 3_600_000 });
  await bench.more(1);
  void bench.collector.flush();
  await bench.collector.flush();
  t.is(bench.snapshots.length, 2);
});
