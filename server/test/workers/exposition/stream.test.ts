import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { CHUNKS_AHEAD } from '../../../protocol/tasks';
import type { Rendering } from '../../../workers/exposition/exposition';
import { streamTo } from '../../../workers/exposition/stream';

interface Made {
  chunks: number;
  ended: boolean;
}

function* rendering(count: number, made: Made): Rendering {
  try {
    for (let i = 0; i < count; i++) {
      made.chunks++;
      yield new Uint8Array(10).fill(i);
    }
    return { warnings: ['left out'] };
  } finally {
    made.ended = true;
  }
}

function take(port: MessagePort, reply: boolean): (Uint8Array | null)[] {
  const taken: (Uint8Array | null)[] = [];
  port.on('message', (chunk: Uint8Array | null) => {
    taken.push(chunk);
    if (reply && chunk !== null) port.postMessage(null);
  });
  return taken;
}

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}

test('all chunks arrive in their order, then null, then the port closes', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const made = { chunks: 0, ended: false };
  const taken = take(port2, true);
  const closed = once(port2, 'close');
  t.deepEqual(await streamTo(port1, rendering(100, made)), { warnings: ['left out'] });
  await closed;
  t.is(taken.length, 101);
  t.is(taken.pop(), null);
  t.deepEqual(
    taken.map((chunk) => chunk?.[0]),
    taken.map((_, i) => i),
  );
});

test('no more is rendered than may be ahead of what is taken', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const made = { chunks: 0, ended: false };
  const taken = take(port2, false);
  const streamed = streamTo(port1, rendering(100, made));
  await turns();
  t.is(made.chunks, CHUNKS_AHEAD);
  t.is(taken.length, CHUNKS_AHEAD);
  for (let i = 0; i < 3; i++) port2.postMessage('taken');
  await turns();
  t.is(made.chunks, CHUNKS_AHEAD + 3);
  for (let i = 0; i < 100; i++) port2.postMessage('taken');
  t.deepEqual(await streamed, { warnings: ['left out'] });
  t.is(made.chunks, 100);
});

test('a port that closes ends the rendering', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const made = { chunks: 0, ended: false };
  const streamed = streamTo(port1, rendering(100, made));
  await turns();
  port2.close();
  t.deepEqual(await streamed, { warnings: [] });
  t.deepEqual(made, { chunks: CHUNKS_AHEAD, ended: true });
});

test('an error of the rendering is told, and closes the port', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const closed = once(port2, 'close');
  const taken = take(port2, true);
  // eslint-disable-next-line require-yield -- it fails before its first chunk
  const broken = (function* (): Rendering {
    throw new RangeError('page 7 has 2 series, not 3');
  })();
  await t.throwsAsync(streamTo(port1, broken), { instanceOf: RangeError });
  await closed;
  t.deepEqual(taken, []);
});
