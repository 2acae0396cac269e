/** The metrics server's worker threads: an exposition arrives whole or fails, and no reader holds a thread for ever. */
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Format, LabelledSnapshot } from '../protocol/render';
import type { RunSnapshot } from '../protocol/run';
import { ClusterPool, TaskError } from '../src/cluster-pool';
import type { Reader } from '../src/renderings/reader';
import { Rendering } from '../src/renderings/rendering';
import { Exposition } from '../workers/exposition/exposition';
import { counter, point } from '../../test/core/encoder/collections';
import { Process, threadOf } from './rounds-by-hand';

const MIB = 1024 * 1024;

function start(): ClusterPool {
  return new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
}

const pool = start();
test.after.always(() => pool.stop());

/** As many snapshots as MiB of text, each of few series. */
async function snapshots(mib: number): Promise<LabelledSnapshot[]> {
  const text = 'x'.repeat(MIB / 16);
  const series = Array.from({ length: 16 }, (_, id) => point({ id, text }, id));
  const { answer } = await new Process('shop', 0).answers(counter('orders', series));
  const { snapshot } = answer as RunSnapshot;
  return Array.from({ length: mib }, (_, i) => ({ snapshot, labels: [['pm_id', String(i)]] }));
}

const none = (): void => undefined;

interface Rendered {
  readonly reader: Reader;
  /** All of it has come to this thread, or it has failed. */
  readonly ended: Promise<void>;
}

function render(
  task: Parameters<ClusterPool['render']>[0],
  onWarnings: Parameters<ClusterPool['render']>[2] = none,
): Rendered {
  const rendering = new Rendering(none);
  const stop = pool.render(task, rendering, onWarnings);
  void rendering.over.then(stop);
  return { reader: rendering.read({ mayBeDropped: true }), ended: rendering.ended };
}

/** A short task, which ends as soon as a thread is free. */
async function anotherTask(t: ExecutionContext): Promise<void> {
  const { snapshots: found } = await pool.run({
    ...{ kind: 'absorb', apps: [], rules: [], maxEndedSeries: 1, labels: { app: 'a', namespace: 'n', instance: 'b' } },
  });
  t.deepEqual(found, []);
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}

async function lengthOf(stream: Readable): Promise<number> {
  let length = 0;
  for await (const chunk of stream) length += (chunk as Buffer).length;
  return length;
}

test.serial('an exposition arrives as it was rendered', async (t) => {
  const all = await snapshots(4);
  const { reader } = render({ view: 'all', snapshots: all, format: 'openmetrics' });
  const expected = [...new Exposition().render({ view: 'all', snapshots: all, format: 'openmetrics' })];
  t.true((await bytesOf(reader)).equals(Buffer.concat(expected)));
  reader.release();
});

test.serial('the next rendering does not change chunks that are still to be read', async (t) => {
  const process = new Process('shop', 0);
  const text = 'x'.repeat(100);
  const rendered = async (value: number, format: Format): Promise<Reader> => {
    const { answer } = await process.answers(
      counter(
        'orders',
        Array.from({ length: 5000 }, (_, id) => point({ id, text }, value)),
      ),
    );
    const { snapshot } = answer as RunSnapshot;
    return render({ view: 'all', snapshots: [{ snapshot, labels: [] }], format }).reader;
  };
  for (const format of ['text', 'openmetrics', 'protobuf'] as const) {
    const [first, second] = [await rendered(1234, format), await rendered(5678, format)];
    const [before, after] = [await bytesOf(first), await bytesOf(second)];
    first.release();
    const again = await rendered(1234, format);
    t.true(before.equals(await bytesOf(again)), format);
    t.false(before.equals(after), format);
    second.release();
    again.release();
  }
});

test.serial('readers that do not read hold no thread, and get everything later', async (t) => {
  const all = await snapshots(72);
  const unread = Array.from({ length: 3 }, () => render({ view: 'all', snapshots: all, format: 'text' }));
  await anotherTask(t);
  await Promise.all(unread.map(({ ended }) => ended));
  for (const { reader } of unread) {
    t.true((await lengthOf(reader)) > 72 * MIB);
    reader.release();
  }
});

test.serial('the release of the last reader ends a rendering', async (t) => {
  const rendering = new Rendering(none);
  let chunks = 0;
  const sink = { add: () => (chunks += 1), complete: () => t.fail(), fail: () => t.fail() };
  const stop = pool.render({ view: 'all', snapshots: await snapshots(72), format: 'text' }, sink, none);
  void rendering.over.then(stop);
  rendering.read({ mayBeDropped: true }).release();
  await anotherTask(t);
  t.is(chunks, 0);
});

test.serial('a lost thread is an error of all readers, and the next task gets another thread', async (t) => {
  const { reader, ended } = render({ view: 'all', snapshots: await snapshots(72), format: 'text' });
  await threadOf(pool).terminate();
  await ended;
  const error = await t.throwsAsync(lengthOf(reader), { instanceOf: TaskError });
  t.is(error.code, 'WORKER_LOST');
  await anotherTask(t);
});

test.serial('a rendering that fails before its first chunk is an error', async (t) => {
  const [part] = await snapshots(1);
  const broken = { ...part, snapshot: { ...part?.snapshot, values: undefined } } as unknown as LabelledSnapshot;
  const { reader } = render({ view: 'all', snapshots: [broken], format: 'text' });
  const error = await t.throwsAsync(lengthOf(reader), { instanceOf: TaskError });
  t.is(error.code, 'INTERNAL');
  await anotherTask(t);
});

test.serial('left out families are reported once per rendering', async (t) => {
  const { answer } = await new Process('shop', 0).answers(counter('queue', [point({}, 1)]), {
    ...counter('queue_total', [point({}, 2)]),
    dataPointType: 2,
  });
  const all = answer === undefined ? [] : [{ snapshot: answer.snapshot, labels: [] }];
  const warnings: string[] = [];
  const { reader } = render({ view: 'all', snapshots: all, format: 'text' }, (told) => warnings.push(...told.warnings));
  await lengthOf(reader);
  // The result of the task and the chunks come by different channels.
  await anotherTask(t);
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /queue_total/);
});

test.serial('a task that fails is an error with its code', async (t) => {
  const save = () => pool.run({ kind: 'save', path: join(__filename, 'state'), apps: [] });
  t.is((await t.throwsAsync(save, { instanceOf: TaskError, message: /ENOTDIR|EEXIST/ })).code, 'STATE_FILE');
});

test.serial('after the stop all tasks fail', async (t) => {
  const pool = start();
  await pool.stop();
  const load = () => pool.run({ kind: 'load', path: __filename });
  t.is((await t.throwsAsync(load, { instanceOf: TaskError, message: /stopped/ })).code, 'WORKER_LOST');
  const rendering = new Rendering(none);
  pool.render({ view: 'all', snapshots: [], format: 'text' }, rendering, none);
  await rendering.ended;
  t.is(t.throws(() => rendering.isComplete, { instanceOf: TaskError })?.code, 'WORKER_LOST');
});
