/** A worker thread of the metrics server that ran out of memory was a line in the log for each scrape. */
import test from 'ava';
import { serve } from '../limited-threads';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a thread that runs out of memory costs its scrape, and the next one gets another thread', async (t) => {
  const { last, ...ended } = await serve(['metrics', '-/healthy', 'metrics'], { metrics: 100_000, maxMemoryMb: 48 });
  t.like(ended, { code: 0, signal: null });
  t.deepEqual(last.statuses, [500, 200, 500]);
  t.is(last.lines.length, 1, last.lines.join('\n'));
  t.regex(last.lines[0] ?? '', /^Rendering does not work, so scrapes are answered with status 500: .*memory/);
});
