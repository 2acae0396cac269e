/** An answer to a process that has ended is not sent, and an answer to one that may be ending waits. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { readRequest, type MetricsRequest } from '../../src/ipc/request';
import { CountingPool, startResponder } from '../ipc/responder-with-daemon';
import { askerThatExitsTests } from './asker-that-exits-tests';

askerThatExitsTests(test, 7);

const pool = new CountingPool();
test.after.always(() => pool.stop());

function requestOf(packet: object): MetricsRequest {
  const read = readRequest({ topic: 'getMetrics', data: null, ...packet });
  if (read.kind !== 'request') throw new Error(read.kind);
  return read.request;
}

test.serial('a request that names its process is answered at once, and not after that process has ended', async (t) => {
  const { responder, snapshot, answers, debug } = await startResponder(t, pool);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  responder.update(await snapshot(1));
  responder.ask(requestOf({ from: 1, pid }));
  responder.ask(requestOf({ from: 2, pid: process.pid }));
  const received = await answers(1);
  t.deepEqual(
    received.map(({ id }) => id),
    [2],
  );
  t.deepEqual(debug, [`The answer to the process with pm_id 1 was not delivered: its process ${pid} has ended`]);
});

test.serial('a request that does not name its process is answered after a pause', async (t) => {
  const { server, responder, snapshot, answers } = await startResponder(t, pool);
  responder.update(await snapshot(1));
  for (const pid of [undefined, 0, -1, 1.5, '1', null]) responder.ask(requestOf({ from: 3, pid }));
  await sleep(50);
  t.is(server.received.length, 0);
  t.is((await answers(6)).length, 6);
});

test.serial('after a refusal no further answer is sent to that asker, and others get theirs', async (t) => {
  const { server, responder, snapshot, answers, tasks, debug } = await startResponder(t, pool);
  server.behaviour = ({ id }) => (id === 1 ? new Error('Process with ID <1> offline.') : 'done');
  // More than one task.
  for (let i = 0; i < 40; i++) responder.ask(requestOf({ from: i % 2 }));
  responder.update(await snapshot(1));
  const received = await answers(21);
  t.is(received.filter(({ id }) => id === 1).length, 1);
  t.true(tasks().length > 1);
  t.regex(debug[0] ?? '', /offline\.$/);
});
