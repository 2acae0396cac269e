/**
 * A process that exits while numbers that were sent on its signal are still under way sends those of its exit. Beside an
 * answer to a request, the thread had room for one task only: the main thread waited in vain for one that was never posted.
 */
import { join } from 'node:path';
import test from 'ava';
import { WorkerPool } from '../../core/pool/worker-pool';
import { stayAlive } from '../support/stay-alive';
import { until } from '../support/until';

const worker = join(__dirname, '..', 'fixtures', 'workers', 'notifies.js');
const newFlag = (): Int32Array => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

test('a task beside others begins though the main thread waits for it', async (t) => {
  stayAlive(t);
  const pool = new WorkerPool({ threads: 1, maxMemoryMb: 32, timeoutMs: 60_000, worker });
  t.teardown(() => pool.stop());
  await pool.submit({ begun: newFlag(), ends: true });
  const [reply, signal, exit] = [newFlag(), newFlag(), newFlag()];
  void pool.submit({ begun: reply, ends: false });
  const beside = (begun: Int32Array): void =>
    void pool.submitBeside({ begun, ends: false }, () => true)?.catch(() => 0);
  beside(signal);
  await until('both', () => (reply[0] === 1 && signal[0] === 1 ? true : undefined));
  beside(exit);
  Atomics.wait(exit, 0, 0, 120_000);
  t.is(exit[0], 1);
});
