/** Taking the stack of a main thread, which goes on in any case. */
import type * as workerThreads from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { runInChild } from '../in-child/run';

/** Takes stacks of a main thread that runs until they are there. @param patch run in the worker thread before */
async function stacksOf(t: ExecutionContext, patch: string, count: number): Promise<string[]> {
  const { code, signal, output, told } = await runInChild(
    ({ locate, tell, require }, [patch, count]) => {
      const { Worker } = require('node:worker_threads') as typeof workerThreads;
      const work = `
        const { parentPort, workerData } = require('node:worker_threads');
        const { Session } = require('node:inspector');
        const { takeStack } = require(workerData.file);
        // The deadlines of its steps are for a process that answers at once.
        let isPatient = true;
        const later = setTimeout;
        globalThis.setTimeout = (work, ms, ...more) => later(work, isPatient && ms >= 500 ? 60_000 : ms, ...more);
        ${patch}
        parentPort.once('message', async (done) => {
          for (let i = 0; i < ${count}; i++) {
            parentPort.postMessage(await takeStack({ maxFrames: 9, maxChars: 4096 }));
            // Hangs are seconds apart.
            await new Promise((resolve) => setTimeout(resolve, 300));
          }
          Atomics.store(done, 0, 1);
        });
        parentPort.postMessage('ready');`;
      const worker = new Worker(work, { eval: true, workerData: { file: locate('workers/blocked/stack') } });
      const done = new Int32Array(new SharedArrayBuffer(4));
      let taken = 0;
      worker.on('message', (message: string) => {
        if (message !== 'ready') {
          tell(message);
          // The thread goes on: one that ends right after a session can end the process.
          if (++taken === count) process.exit(0);
          return;
        }
        setTimeout(function theCause() {
          worker.postMessage(done);
          while (Atomics.load(done, 0) === 0) performance.now();
        }, 100);
      });
    },
    [patch, count] as const,
  );
  t.is(output, '');
  t.deepEqual([code, signal], [0, null]);
  return told as string[];
}

test('stacks are taken one after the other, and the main thread goes on', async (t) => {
  const stacks = await stacksOf(t, '', 3);
  t.is(stacks.length, 3);
  for (const stack of stacks) {
    t.regex(stack, /at theCause \(/);
    t.true(stack.split('\n').length <= 9);
  }
});

test('a main thread that is paused goes on though nothing tells it to', async (t) => {
  const patch = `
    const { post } = Session.prototype;
    Session.prototype.post = function (method, ...more) {
      if (method !== 'Debugger.resume') post.call(this, method, ...more);
      else isPatient = false;
    };`;
  t.regex((await stacksOf(t, patch, 1))[0] ?? '', /at theCause \(/);
});

test('what the inspector refuses is told in place of the stack', async (t) => {
  const patch = `Session.prototype.connectToMainThread = () => { throw new Error('not allowed here'); };`;
  t.deepEqual(await stacksOf(t, patch, 1), ['no stack can be taken: not allowed here']);
});
