/** The past as a page gets it. */
import test from 'ava';
import { History } from '../../../src/live/history/history';
import type { LiveProcess } from '../../../src/live/processes/live-process';

test('the past of very many processes has fewer points, so that a page can read it', (t) => {
  const history = new History();
  const vitals = { eventLoop: 0.1, requests: 1, errors: 1, latency: 1 };
  const processes = Array.from({ length: 1000 }, (_, pmId) => {
    const run = { app: 'shop', pmId, key: String(pmId) };
    return { run, cpu: 1, memoryBytes: 1, vitals, isHeard: true } as Partial<LiveProcess> as LiveProcess;
  });
  for (let second = 0; second < 100; second++) history.add(second * 1000, processes);
  const [times, rows] = history.past();
  t.is(rows.length, 6000);
  t.true(times.length * rows.length <= 400_000);
  t.true(times.length > 60);
});
