/** Bytes that are held for readers which never read, with a real worker thread whose text is lent. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import { Renderings } from '../../src/renderings/renderings';
import type { Sink } from '../../src/renderings/rendering';
import { counter, point } from '../../../test/core/encoder/collections';
import { until } from '../../../test/support/until';
import { Process, round } from '../rounds-by-hand';

const MIB = 1024 * 1024;
const SCRAPES = 64;
const SERIES = 10_000;
/** What is held at most, and the text of the worker thread itself with the pieces that it keeps. */
const BOUND = 8 * MIB;

test('however many readers never read, what is held is bounded, and so is the shared memory behind it', async (t) => {
  const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
  t.teardown(() => pool.stop());
  let drops = 0;
  const limits = { max: 8, bytes: 2 * MIB, burst: 2 };
  const renderings = new Renderings(() => drops++, limits);
  /** Of each rendering that is not over: the shared memory that its chunks are in. */
  const lent = new Map<number, Set<SharedArrayBuffer>>();
  const process = new Process('shop', 0);
  let [size, mostHeld, mostShared, mostCount] = [0, 0, 0, 0];

  for (let scrape = 1; scrape <= SCRAPES; scrape++) {
    // All numbers change, so that no text can be shared between two rounds.
    const series = Array.from({ length: SERIES }, (_, id) => point({ id }, 1_000_000 * scrape + id));
    const { answers } = await round(process.answers(counter('orders', series)));
    const snapshots = answers.map(({ snapshot }) => ({ snapshot, labels: [] }));
    let isBegun = false;
    let isComplete = false;
    const reader = renderings.open({ key: `all ${scrape}`, kind: 'all', round: scrape, gzip: false }, (sink) => {
      isBegun = true;
      const buffers = new Set<SharedArrayBuffer>();
      lent.set(scrape, buffers);
      const noted: Sink = {
        add(chunk) {
          if (chunk.buffer instanceof SharedArrayBuffer) buffers.add(chunk.buffer);
          sink.add(chunk);
        },
        complete: () => {
          isComplete = true;
          sink.complete();
        },
        fail: (error) => sink.fail(error),
      };
      const stop = pool.render({ view: 'all', snapshots, format: 'text' }, noted, () => undefined);
      return () => {
        lent.delete(scrape);
        stop();
      };
    });
    reader.once('dropped', () => {
      reader.destroy();
      reader.release();
    });
    await until('begin of the rendering', () => isBegun || undefined);
    if (scrape === 1) size = await until('the first answer', () => (isComplete ? renderings.bytes : undefined));
    mostHeld = Math.max(mostHeld, renderings.bytes);
    mostCount = Math.max(mostCount, renderings.count);
    const shared = new Set([...lent.values()].flatMap((buffers) => [...buffers]));
    mostShared = Math.max(
      mostShared,
      [...shared].reduce((sum, { byteLength }) => sum + byteLength, 0),
    );
  }
  t.true(size > MIB / 4);
  t.true(SCRAPES * size > 4 * BOUND, 'far more was rendered than may be held');
  t.true(drops > 0);
  t.true(mostHeld <= limits.burst * limits.bytes);
  t.true(mostCount <= limits.burst * limits.max);
  t.true(mostShared > 0);
  t.true(mostShared <= BOUND);
});
