/** A pattern that took exponential time kept the worker thread from answering requests. */
import test from 'ava';
import { matches } from '../core/glob/matches';
import { CountingPool, startResponder } from '../ipc/responder-with-daemon';
import { probesTask } from '../workers/probes/probes-task';

const pool = new CountingPool();
test.after.always(() => pool.stop());

test.serial('requests are answered while metrics are selected by such patterns', async (t) => {
  const { responder, answers } = await startResponder(t, pool);
  const task = await probesTask('*a*a*a*a*a*b', '+(a|aa|*a)b', '*(*(*(a)*)*)b');
  const probes = pool.run(task);
  responder.update(task.snapshot);
  responder.ask({ recipient: { pmId: 1, pid: process.pid }, form: { kind: 'plain' } });
  t.like(await probes, { ok: true, probes: [{ name: 'a/b', value: 5 }] });
  t.is((await answers(1)).length, 1);
});

test('no pattern takes long for any name', (t) => {
  const name = 'a'.repeat(5000);
  for (const pattern of [
    '*a*a*a*a*a*b',
    '+(a|aa|*a)b',
    '*(*(*(a)*)*)b',
    `${'{a,aa}'.repeat(160)}b`,
    '*?'.repeat(500),
  ]) {
    // By a regular expression of picomatch the first one alone takes longer than any test run.
    t.is(matches(pattern, name), !pattern.endsWith('b'), pattern);
  }
  for (const pattern of ['*!(*a*a*a)b', `*!(*${'?'.repeat(100)})b`]) t.false(matches(pattern, 'a'.repeat(255)));
  // Longer than a metric's name may be.
  t.false(matches('!(b)', name));
});
