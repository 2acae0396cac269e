/** A pattern with a wildcard did not match a metric with a slash in its name. */
import test from 'ava';
import { CountingPool } from '../ipc/responder-with-daemon';
import { probesTask } from '../workers/probes/probes-task';

const pool = new CountingPool();
test.after.always(() => pool.stop());

test('a slash in a name is a letter like any other', async (t) => {
  t.like(await pool.run(await probesTask('a*b')), { ok: true, probes: [{ name: 'a/b', value: 5 }] });
});
