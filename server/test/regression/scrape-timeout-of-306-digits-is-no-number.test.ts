/** A scrape timeout of 306 digits in the header of a scraper gave a deadline that was no number. */
import test from 'ava';
import { optionsOf, run } from '../http/running-server';

test('a timeout of hundreds of digits gives a deadline within the limits', async (t) => {
  const running = await run(t, optionsOf({ PM2_METRICS_TIMEOUT: '2.5' }));
  for (const [seconds, ms] of [
    ['9'.repeat(306), 60_000],
    [`0.${'0'.repeat(400)}1`, 2500],
  ] as const) {
    await running.get('/metrics', { headers: { 'x-prometheus-scrape-timeout-seconds': seconds } });
    t.is(running.asked.at(-1)?.deadlineMs, ms, seconds);
  }
});
