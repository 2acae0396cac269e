/**
 * A worker thread that could not be made ended the metrics server. A limit on processes does not bind root, so that the process
 * gives up being root.
 */
import test from 'ava';
import { serve } from '../limited-threads';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('where no thread can be made, scrapes fail, all else is answered, and one line says so', async (t) => {
  const scrapes = Array.from({ length: 5 }, () => 'metrics');
  const plan = [
    'metrics',
    1,
    'end',
    ...scrapes,
    '-/healthy',
    '',
    'sd',
    1,
    ...scrapes,
    2000,
    'recover',
    'metrics',
    'metrics/0',
  ];
  const { last, ...ended } = await serve(plan, { metrics: 10, maxMemoryMb: 64 });
  t.like(ended, { code: 0, signal: null, output: '' });
  const failed = scrapes.map(() => 500);
  t.deepEqual(last.statuses, [200, ...failed, 200, 200, 200, ...failed, 200, 200]);
  t.is(last.lines.length, 2, last.lines.join('\n'));
  t.regex(
    last.lines[0] ?? '',
    /^Starting worker threads does not work, so scrapes are answered with errors: .*EAGAIN.*ulimit -u/,
  );
  t.is(last.lines[1], 'Starting worker threads works again');
});
