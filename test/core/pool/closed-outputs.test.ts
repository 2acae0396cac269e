/** The outputs of a process around the making of a worker thread, in processes whose outputs are not open yet. */
import type * as workerThreads from 'node:worker_threads';
import test from 'ava';
import type * as outputsModule from '../../../core/pool/closed-outputs';
import { runInChild } from '../../in-child/run';

test('a thread that is made with closed outputs opens none, unlike any other thread', async (t) => {
  const opened = async (closed: boolean): Promise<unknown> => {
    const ended = await runInChild(
      async ({ load, require, tell }, [closed]) => {
        const { withClosedOutputs } = load('core/pool/closed-outputs') as typeof outputsModule;
        const { Worker } = require('node:worker_threads') as typeof workerThreads;
        const makeThread = () => new Worker('', { eval: true });
        const handles = (): number => process.getActiveResourcesInfo().filter((name) => /Pipe|TTY/.test(name)).length;
        const before = handles();
        const thread = closed ? withClosedOutputs(makeThread) : makeThread();
        const after = handles();
        await new Promise((resolve) => thread.once('exit', resolve));
        tell(after - before);
      },
      [closed] as const,
    );
    t.like(ended, { code: 0, output: '' });
    return ended.told[0];
  };
  t.is(await opened(true), 0);
  t.is(await opened(false), 2);
});

test('what a thread writes comes out of the process', async (t) => {
  const ended = await runInChild(({ load, require }) => {
    const { withClosedOutputs } = load('core/pool/closed-outputs') as typeof outputsModule;
    const { Worker } = require('node:worker_threads') as typeof workerThreads;
    withClosedOutputs(() => new Worker("console.log('to stdout'); console.error('to stderr')", { eval: true }));
  });
  t.deepEqual([ended.code, ended.output.trim().split('\n').sort()], [0, ['to stderr', 'to stdout']]);
});

test('afterwards the outputs are what they were, also when no thread could be made, and those that are fixed stay', async (t) => {
  const ended = await runInChild(({ load, tell }) => {
    const { withClosedOutputs } = load('core/pool/closed-outputs') as typeof outputsModule;
    const described = () => ['stdout', 'stderr'].map((name) => Object.getOwnPropertyDescriptor(process, name));
    const before = described();
    const isAsBefore = (): boolean =>
      described().every((one, at) => one?.get === before[at]?.get && one?.value === before[at]?.value);
    const told: unknown[] = [withClosedOutputs(() => 'made'), isAsBefore()];
    try {
      withClosedOutputs(() => {
        throw new Error('no thread');
      });
    } catch (error) {
      told.push((error as Error).message, isAsBefore());
    }
    const { stderr } = process;
    Object.defineProperty(process, 'stderr', { value: stderr, configurable: false });
    told.push(withClosedOutputs(() => process.stderr === stderr));
    tell(told);
  });
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(ended.told, [['made', true, 'no thread', true, true]]);
});
