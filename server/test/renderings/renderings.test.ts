/** Expositions that are shared, and what happens when readers do not read. */
import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { stillClock } from '../../../test/support/still-clock';
import type { Reader } from '../../src/renderings/reader';
import type { Sink } from '../../src/renderings/rendering';
import type { RenderingLimits } from '../../src/renderings/limits';
import { Renderings } from '../../src/renderings/renderings';
import type { Start, Wanted } from '../../src/renderings/waiting';

/** More than a stream buffers. */
const CHUNK = 100_000;

/** Renderings, with a source for them that notes what was begun and what was ended. */
function world(limits: Partial<RenderingLimits> = {}) {
  const begun: string[] = [];
  const stopped: string[] = [];
  let drops = 0;
  const renderings = new Renderings(() => drops++, limits);
  /** Each key is a kind of its own, unless it has a round behind a space. */
  const wanted = (key: string, gzip = false): Wanted => {
    const [kind = '', round = 1] = key.split(' ');
    return { key, kind, round: Number(round), gzip };
  };
  const source =
    (name: string, render: (sink: Sink) => void): Start =>
    (sink) => {
      begun.push(name);
      render(sink);
      return () => void stopped.push(name);
    };
  return {
    renderings,
    begun,
    stopped,
    drops: () => drops,
    /** A reader of that exposition, which is rendered at once, with as many chunks. Its connection closes if it is dropped. */
    open(key: string, { gzip = false, chunks = 1 } = {}): Reader {
      const start = source(key, (sink) => {
        for (let i = 0; i < chunks; i++) sink.add(new Uint8Array(CHUNK).fill(i));
        sink.complete();
      });
      const reader = renderings.open(wanted(key, gzip), start);
      reader.once('dropped', () => {
        reader.destroy();
        reader.release();
      });
      return reader;
    },
    fails: (key: string, error: Error, gzip = false): Reader =>
      renderings.open(wanted(key, gzip), () => Promise.reject(error)),
    source,
    wanted,
  };
}

async function read(reader: Reader): Promise<Buffer> {
  const bytes = Buffer.concat((await reader.toArray()) as Buffer[]);
  reader.release();
  return bytes;
}

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}

test('readers of the same thing share one rendering, also compressed, and each gets all of it', async (t) => {
  const { open, begun, stopped, renderings } = world();
  const readers = [open('a', { chunks: 40 }), open('a'), open('a', { gzip: true }), open('a', { gzip: true })];
  const [first, second, third, fourth] = (await Promise.all(readers.map(read))) as [Buffer, Buffer, Buffer, Buffer];
  t.is(first.length, 40 * CHUNK);
  for (const other of [second, gunzipSync(third), gunzipSync(fourth)]) t.true(first.equals(other));
  t.deepEqual(begun, ['a']);
  await turns();
  t.deepEqual(stopped, ['a']);
  t.is(renderings.count, 0);
});

test('what has no reader any more is rendered anew, and what was never begun is not', async (t) => {
  const { open, begun, stopped, renderings } = world();
  await read(open('a'));
  await read(open('a'));
  open('b').release();
  await turns();
  t.deepEqual(begun, ['a', 'a']);
  t.deepEqual(stopped, begun);
  t.is(renderings.count, 0);
});

test('a compressed exposition no longer needs the plain one, however slowly it is read', async (t) => {
  const { open, stopped, renderings } = world();
  const unread = open('a', { gzip: true, chunks: 100 });
  await once(unread, 'readable');
  while (stopped.length === 0) await turn();
  t.is(renderings.count, 1);
  t.is(gunzipSync(await read(unread)).length, 100 * CHUNK);
});

test('an error reaches all readers, plain and compressed, and the next ones begin anew', async (t) => {
  const { open, fails } = world();
  const readers = [fails('a', new RangeError('no')), fails('a', new RangeError('no')), fails('a', new Error(), true)];
  for (const reader of readers) await t.throwsAsync(reader.toArray(), { instanceOf: RangeError });
  readers.forEach((reader) => reader.release());
  t.is((await read(open('a'))).length, CHUNK);
});

test.serial(
  'readers that do not read lose their connections, the slowest first, and only if others need the room',
  async (t) => {
    const clock = stillClock(t);
    const { open, drops, renderings } = world({ min: 1, bytes: 15 * CHUNK, burst: 1 });
    const slow = open('a', { chunks: 10 });
    const slower = open('b', { chunks: 10 });
    await once(slower, 'readable');
    await once(slow, 'readable');
    for (let i = 0; i < 5; i++) slow.read();
    // Both have had their time then.
    clock.later = 1100;
    t.is(drops(), 0);
    const next = open('c', { chunks: 10 });
    await once(next, 'readable');
    t.is(drops(), 1);
    t.true(slower.destroyed);
    t.false(slow.destroyed);
    t.is(renderings.bytes, 20 * CHUNK);
    // A reader that has just come is not dropped: the next one waits until it has had its time, or has read.
    await read(slow);
    await once(open('d', { chunks: 10 }), 'readable');
    const last = open('e');
    await turns();
    t.is(drops(), 1);
    await read(next);
    t.is((await read(last)).length, CHUNK);
  },
);

test('however many do not read, what is held is bounded in number and in bytes', async (t) => {
  const { open, renderings, drops } = world({ min: 0, max: 3, bytes: 25 * CHUNK, burst: 1 });
  let most = 0;
  let largest = 0;
  for (let i = 0; i < 6; i++) {
    await once(open(String(i), { chunks: i % 2 === 0 ? 10 : 1 }), 'readable');
    most = Math.max(most, renderings.count);
    largest = Math.max(largest, renderings.bytes);
  }
  t.true(drops() >= 3);
  t.true(most <= 3);
  t.true(largest < 35 * CHUNK);
});

test('two are held whatever their size', async (t) => {
  const { open, drops } = world({ bytes: 1 });
  const readers = [open('a', { chunks: 10 }), open('b', { chunks: 10 })];
  for (const reader of readers) await once(reader, 'readable');
  t.is(drops(), 0);
  for (const reader of readers) t.is((await read(reader)).length, 10 * CHUNK);
});

test('one is rendered at a time, and one that never ends delays no reader of what is there', async (t) => {
  const { renderings, source, wanted, open, begun } = world();
  const there = open('a', { chunks: 10 });
  await once(there, 'readable');
  const sinks: Sink[] = [];
  const endless = renderings.open(
    wanted('b'),
    source('b', (sink) => sinks.push(sink)),
  );
  const next = open('c');
  await turns();
  t.deepEqual(begun, ['a', 'b']);
  t.is((await read(open('a'))).length, 10 * CHUNK);
  await read(there);
  endless.release();
  t.is((await read(next)).length, CHUNK);
  // What comes after the last reader has left is ignored.
  sinks[0]?.add(new Uint8Array(CHUNK));
  sinks[0]?.complete();
  t.is(renderings.bytes, 0);
});
