/** The metrics server's worker threads: an exposition arrives whole or fails, and no reader holds a thread for ever. */
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Format, LabelledSnapshot, RunSnapshot } from '../protocol/tasks';
import { ClusterPool, TaskError } from '../src/cluster-pool';
import type { ExpositionStream } from '../src/view';
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
  const rendered = await pool.render({ view: 'all', snapshots: all, format: 'openmetrics' }, none);
  const expected = [...new Exposition().render({ view: 'all', snapshots: all, format: 'openmetrics' })];
  t.true((await bytesOf(rendered)).equals(Buffer.concat(expected)));
});

test.serial('the next rendering does not change chunks that are still to be read', async (t) => {
  const process = new Process('shop', 0);
  const text = 'x'.repeat(100);
  const rendered = async (value: number, format: Format): Promise<ExpositionStream> => {
    const { answer } = await process.answers(
      counter(
        'orders',
        Array.from({ length: 5000 }, (_, id) => point({ id, text }, value)),
      ),
    );
    const { snapshot } = answer as RunSnapshot;
    return pool.render({ view: 'all', snapshots: [{ snapshot, labels: [] }], format }, none);
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

test.serial('a reader that does not read holds no thread, and gets everything later', async (t) => {
  const unread = await pool.render({ view: 'all', snapshots: await snapshots(16), format: 'text' }, none);
  await anotherTask(t);
  t.true((await lengthOf(unread)) > 16 * MIB);
});

test.serial('beyond the limit the thread waits for the reader, and a closed stream ends the rendering', async (t) => {
  const all = await snapshots(72);
  t.true((await lengthOf(await pool.render({ view: 'all', snapshots: all, format: 'text' }, none))) > 72 * MIB);
  const unread = await pool.render({ view: 'all', snapshots: all, format: 'text' }, none);
  const other = anotherTask(t);
  unread.destroy();
  await other;
});

test.serial('a lost thread is an error of the stream, and the next task gets another thread', async (t) => {
  const stream = await pool.render({ view: 'all', snapshots: await snapshots(72), format: 'text' }, none);
  await threadOf(pool).terminate();
  const error = await t.throwsAsync(lengthOf(stream), { instanceOf: TaskError });
  t.is(error.code, 'WORKER_LOST');
  await anotherTask(t);
});

test.serial('a rendering that fails before its first chunk is an error without a stream', async (t) => {
  const [part] = await snapshots(1);
  const broken = { ...part, snapshot: { ...part?.snapshot, scopes: undefined } } as unknown as LabelledSnapshot;
  const error = await t.throwsAsync(pool.render({ view: 'all', snapshots: [broken], format: 'text' }, none), {
    instanceOf: TaskError,
  });
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
  const stream = await pool.render({ view: 'all', snapshots: all, format: 'text' }, (warning) =>
    warnings.push(warning),
  );
  await lengthOf(stream);
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
  const render = () => pool.render({ view: 'all', snapshots: [], format: 'text' }, none);
  t.is((await t.throwsAsync(render, { instanceOf: TaskError })).code, 'WORKER_LOST');
});
