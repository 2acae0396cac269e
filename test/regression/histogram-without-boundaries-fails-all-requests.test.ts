/** One histogram without `boundaries` made every request for metrics fail. */
import test from 'ava';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { collected, counter, histogram, point } from '../core/encoder/collections';
import { CountingPool, startResponder } from '../ipc/responder-with-daemon';

const pool = new CountingPool();
test.after.always(() => pool.stop());

test('requests of both forms are answered, with the other metrics', async (t) => {
  const { responder, answers, log } = await startResponder(t, pool);
  const value = { buckets: { counts: [1, 2] }, count: 3, sum: 4 };
  const metrics = collected(histogram('h', [point({}, value)]), counter('c', [point({}, 5)]));
  responder.update((await new SnapshotEncoder({ maxSeries: 10 }).encode(metrics)).snapshot);
  responder.ask({ recipient: { pmId: 1, pid: process.pid }, form: { kind: 'plain' } });
  responder.ask({ recipient: { pmId: 2, pid: process.pid }, form: { kind: 'snapshot', incarnation: 'a', have: [] } });
  const [plain, compact] = await answers(2);
  const { scopeMetrics } = plain?.data as { scopeMetrics: { metrics: { descriptor: { name: string } }[] }[] };
  t.deepEqual(
    scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name)),
    ['c'],
  );
  t.like(compact, { id: 2, topic: 'returnMetrics' });
  t.deepEqual(log, []);
});
