/** Rendered chunks as a stream, over a real channel. */
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import test from 'ava';
import { isOver, startLoan } from '../protocol/loan';
import { ChunkStream, Backlog } from '../src/chunk-stream';

const CHUNK = 64 * 1024;

/** The worker's end of the channel, and how often it was told to go on. */
function channel(backlog = new Backlog()) {
  const { port1, port2 } = new MessageChannel();
  const loan = startLoan();
  const stream = new ChunkStream(port1, loan, backlog);
  let told = 0;
  let marks = 0;
  port2.on('message', (message: unknown) => {
    if (message === null) told++;
    else marks++;
  });
  return {
    stream,
    loan,
    port: port2,
    send: (...bytes: readonly number[]) => {
      for (const byte of bytes) port2.postMessage(new Uint8Array(CHUNK).fill(byte));
    },
    /** How often the worker was told to go on, after all sent chunks have come. */
    async told(sent: number): Promise<number> {
      for (let came = 0; came < sent; came++) await once(port1, 'message');
      port1.postMessage('mark');
      while (marks === 0) await once(port2, 'message');
      marks = 0;
      return told;
    },
  };
}

test('all chunks come in order, with a fast reader or a fast worker', async (t) => {
  const { stream, port, send } = channel();
  send(1, 2);
  const bytes: number[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    t.is(chunk.length % CHUNK, 0);
    for (let at = 0; at < chunk.length; at += CHUNK) bytes.push(chunk[at] as number);
    if (bytes.length === 1) send(3, 4, 5);
    if (bytes.length === 5) port.postMessage(null);
  }
  t.deepEqual(bytes, [1, 2, 3, 4, 5]);
});

test('an empty exposition ends', async (t) => {
  const { stream, port } = channel();
  port.postMessage(null);
  t.deepEqual(await stream.toArray(), []);
});

test('without a reader the worker is told to go on until the limit is reached', async (t) => {
  const { stream, send, told, port } = channel(new Backlog(3.5 * CHUNK));
  send(1, 2, 3, 4, 5, 6);
  t.is(await told(6), 3);
  port.postMessage(null);
  t.is((await stream.toArray()).length, 6);
});

test('all streams share a limit, and readers that do not read never hold up others', async (t) => {
  const backlog = new Backlog(10 * CHUNK, 4.5 * CHUNK);
  const [unread, read] = [channel(backlog), channel(backlog)];
  unread.send(1, 2, 3, 4);
  t.is(await unread.told(4), 4);
  read.send(5, 6, 7);
  t.is(await read.told(3), 0);
  read.stream.resume();
  read.send(8);
  t.is(await read.told(1), 4);
  for (const { stream } of [unread, read]) stream.destroy();
  t.is(backlog.bytes, 0);
});

test('destroying the stream closes the port of the worker', async (t) => {
  const { stream, port, send } = channel();
  send(1);
  await once(stream, 'readable');
  send(2, 3);
  const closed = once(port, 'close');
  stream.destroy();
  await closed;
  t.is(stream.errored, null);
});

test('a loan lasts until the release, also after the end of the stream', async (t) => {
  const { stream, loan, port } = channel();
  port.postMessage(new Uint8Array(new SharedArrayBuffer(CHUNK)).fill(7));
  port.postMessage(null);
  const [chunk] = (await stream.toArray()) as [Uint8Array];
  t.is(chunk.length, CHUNK);
  t.true(chunk.buffer instanceof SharedArrayBuffer);
  t.false(isOver(loan));
  stream.release();
  stream.release();
  t.true(isOver(loan));
});
