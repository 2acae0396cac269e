/** Requests that wait for the first snapshot, each with the longest list of pages that a request may have. */
import test from 'ava';
import type * as requestModule from '../../src/ipc/request';
import type * as responderModule from '../../src/ipc/responder';
import type * as stateLogModule from '../../core/state-log';
import { runInChild } from '../in-child/run';

test('a thousand requests with long lists of pages hold a few MiB, and one line says that some are dropped', async (t) => {
  const ended = await runInChild(
    async ({ load, tell, usedMb }) => {
      const { readRequest } = load('src/ipc/request') as typeof requestModule;
      const { Responder } = load('src/ipc/responder') as typeof responderModule;
      const { StateLog } = load('core/state-log') as typeof stateLogModule;
      const lines: string[] = [];
      const note = (line: string): void => void lines.push(line);
      const logger = { debug: note, info: note, warn: note, error: note };
      const pool = { run: () => Promise.reject(new Error('never')) };
      const daemon = { kind: 'path', path: '/nowhere' } as const;
      const responder = new Responder({ pool, pmId: '0', daemon, logger, states: new StateLog(logger) });
      const before = await usedMb();
      for (let i = 0; i < 1000; i++) {
        const have = Array.from({ length: 10_000 }, (_, at) => [i + at * 2, i + at * 2]);
        const data = { v: 2, form: 'snapshot', incarnation: 'a', have };
        const read = readRequest({ topic: 'getMetrics', from: 4, data });
        if (read.kind === 'request') responder.ask(read.request);
      }
      tell((await usedMb()) - before);
      tell(lines);
      responder.stop();
    },
    undefined,
    { execArgv: ['--expose-gc', '--max-old-space-size=300'] },
  );
  t.is(ended.code, 0, ended.output);
  const [heldMb, lines] = ended.told as [number, string[]];
  t.true(heldMb < 24, `${heldMb}`);
  t.is(lines.length, 1);
  t.regex(lines[0] ?? '', /more than 8 MiB of them: the oldest are dropped, and their askers get no answer/);
});
