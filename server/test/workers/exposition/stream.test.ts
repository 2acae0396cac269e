import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { once } from 'node:events';
import test from 'ava';
import { endLoan, startLoan, type Loan } from '../../../protocol/loan';
import type { Rendering } from '../../../workers/exposition/exposition';
import { sendTo } from '../../../workers/exposition/stream';

interface Made {
  chunks: number;
  ended: boolean;
}

/** @param loan is over after the third chunk */
function* rendering(count: number, made: Made, loan?: Loan): Rendering {
  try {
    for (let i = 0; i < count; i++) {
      made.chunks++;
      if (loan !== undefined && made.chunks === 3) endLoan(loan);
      yield new Uint8Array(10).fill(i);
    }
    return { warnings: ['left out'], dropped: [] };
  } finally {
    made.ended = true;
  }
}

/** What comes until the port closes. */
async function taken(port: MessagePort): Promise<(Uint8Array | null)[]> {
  const all: (Uint8Array | null)[] = [];
  port.on('message', (chunk: Uint8Array | null) => all.push(chunk));
  await once(port, 'close');
  return all;
}

test('all chunks arrive in their order, then null, then the port closes, although no one reads meanwhile', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const made = { chunks: 0, ended: false };
  t.deepEqual(sendTo(port1, startLoan(), rendering(1000, made)), { warnings: ['left out'], dropped: [] });
  const all = await taken(port2);
  t.is(all.length, 1001);
  t.is(all.pop(), null);
  t.deepEqual(
    all.map((chunk) => chunk?.[0]),
    all.map((_, i) => i % 256),
  );
});

test('the end of the loan ends the rendering', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const made = { chunks: 0, ended: false };
  const loan = startLoan();
  t.deepEqual(sendTo(port1, loan, rendering(100, made, loan)), { warnings: [], dropped: [] });
  t.deepEqual(made, { chunks: 3, ended: true });
  t.is((await taken(port2)).length, 3);
});

test('an error of the rendering is told, and closes the port', async (t) => {
  const { port1, port2 } = new MessageChannel();
  // eslint-disable-next-line require-yield -- it fails before its first chunk
  const broken = (function* (): Rendering {
    throw new RangeError('page 7 has 2 series, not 3');
  })();
  t.throws(() => sendTo(port1, startLoan(), broken), { instanceOf: RangeError });
  t.deepEqual(await taken(port2), []);
});
