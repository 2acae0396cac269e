/** Readers that have just come and do not read: a good scrape does not wait until they have had their time. */
import { gunzipSync } from 'node:zlib';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import type { Reader } from '../../src/renderings/reader';
import type { Sink } from '../../src/renderings/rendering';
import { Renderings } from '../../src/renderings/renderings';
import type { RenderingLimits } from '../../src/renderings/limits';

const CHUNK = 100_000;

// No time passes: a second of a busy machine would be one in which readers have not read.
const { now } = performance;
const time = now.call(performance);
test.before(() => void (performance.now = () => time));
test.after.always(() => void (performance.now = now));

/** Renderings of one kind in many rounds. Each chunk is filled with the number of its round. */
function world(limits: Partial<RenderingLimits> = {}) {
  const renderings = new Renderings(() => undefined, limits);
  const begun: number[] = [];
  const skipped: number[] = [];
  const open = (round: number, render: (sink: Sink) => void, gzip = false): Reader => {
    const wanted = { key: `all ${round}`, kind: 'all', round, gzip, onSkip: () => skipped.push(round) };
    const reader = renderings.open(wanted, (sink) => {
      begun.push(round);
      render(sink);
      return () => undefined;
    });
    reader.once('dropped', () => {
      reader.destroy();
      reader.release();
    });
    return reader;
  };
  const all = (round: number, chunks: number) => (sink: Sink) => {
    for (let i = 0; i < chunks; i++) sink.add(new Uint8Array(CHUNK).fill(round));
    sink.complete();
  };
  return { renderings, begun, skipped, open, all };
}

async function read(reader: Reader): Promise<Buffer> {
  const bytes = Buffer.concat((await reader.toArray()) as Buffer[]);
  reader.release();
  return bytes;
}

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}

test('sixty readers with a rendering each, none of which has had its second, let the next one begin at once', async (t) => {
  const { open, all, begun, renderings } = world();
  for (let round = 1; round <= 60; round++) {
    open(round, all(round, 3));
    await turns();
  }
  const good = open(61, all(61, 3));
  await turns();
  t.is(begun.at(-1), 61);
  t.true(renderings.count <= 61);
  t.is((await read(good)).length, 3 * CHUNK);
});

test('those that wait share one rendering of the latest round, plain and compressed', async (t) => {
  const { open, all, begun, skipped } = world();
  const sinks: Sink[] = [];
  open(1, (sink) => sinks.push(sink));
  await turns();
  const readers = [2, 4, 3].flatMap((round) => [open(round, all(round, 3)), open(round, all(round, 3), true)]);
  sinks[0]?.complete();
  for (const [i, reader] of readers.entries()) {
    const bytes = await read(reader);
    t.true((i % 2 === 0 ? bytes : gunzipSync(bytes)).equals(Buffer.alloc(3 * CHUNK, 4)));
  }
  t.deepEqual(begun, [1, 4]);
  // The sums of the cluster need what these rounds have.
  t.deepEqual(skipped.slice().sort(), [2, 3, 3]);
});

test('a burst is bounded in bytes, and what the next one is expected to have counts before it begins', async (t) => {
  const { open, all, begun, renderings } = world({ bytes: 10 * CHUNK, burst: 2 });
  const readers: Reader[] = [];
  for (let round = 1; round <= 6; round++) {
    readers.push(open(round, all(round, 6)));
    await turns();
  }
  t.deepEqual(begun, [1, 2, 3]);
  t.is(renderings.bytes, 18 * CHUNK);
  await read(readers[0] as Reader);
  await turns();
  // It shows the latest round of those that have waited.
  t.deepEqual(begun, [1, 2, 3, 6]);
});

test('however large answers are, two are held and no more', async (t) => {
  const { open, all, begun, renderings } = world({ bytes: CHUNK, burst: 1 });
  for (let round = 1; round <= 4; round++) {
    open(round, all(round, 10));
    await turns();
  }
  t.deepEqual(begun, [1, 2]);
  t.is(renderings.bytes, 20 * CHUNK);
});
