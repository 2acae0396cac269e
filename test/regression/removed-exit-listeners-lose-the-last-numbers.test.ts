/**
 * After an app has removed all listeners of the end of its process, the exporter listens again as of the next request. Those
 * of signals and of the channel came back, that of `exit` did not.
 */
import test from 'ava';
import { decodeSnapshot } from '../../core/wire/decode';
import { read } from '../core/encoder/collections';
import { endingProcess, request } from '../end/ending-process';

test('a process that has removed all listeners sends its last numbers', async (t) => {
  const { ended, last } = await endingProcess(
    t,
    ({ count }) => {
      process.removeAllListeners('exit');
      const data = { v: 2, form: 'snapshot' };
      process.emit('message', { topic: 'getMetrics', from: 5, data, token: 'token 5', pid: process.ppid }, undefined);
      count(600);
      process.exit(7);
    },
    { requests: [request(5)] },
  );
  t.like(ended, { code: 7, output: '' });
  const numbers = last.map(({ data }) => read(decodeSnapshot((data as { payload: string }).payload)));
  t.deepEqual(
    numbers.map((series) => [...series.values()][0]?.[1]),
    [601],
  );
});
