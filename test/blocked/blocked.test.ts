/** What a process whose event loop is blocked says, from its worker thread and afterwards. */
import test from 'ava';
import { decodeSnapshot } from '../../core/wire/decode';
import { read } from '../core/encoder/collections';
import { blockedProcess, type App, type Report } from './blocked-process';

test('a loop that does not turn is told to the metrics server, then that it turns again, and the log has one line', async (t) => {
  const { ended, reports, lines, packets } = await blockedProcess(t, async ({ block, turn }: App) => {
    await turn(1200);
    block(3500);
    await turn(1500);
  });
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(
    reports.map(({ turns }) => turns),
    [false, true],
  );
  const [first, last] = reports as [Report, Report];
  t.true(first.blockedMs >= 2000 && last.blockedMs >= 3500, JSON.stringify(reports));
  const report = packets.find(({ topic }) => topic === 'eventLoopBlocked');
  t.like(report, { id: 5, from: '0', token: 'token 5' });
  t.is(lines.length, 1);
  t.regex(lines[0] ?? '', /turns again\. It has not turned for \d\.\d s.*Set blockedStack to true/);
  // The server has these numbers.
  t.false(packets.some(({ topic }) => topic === 'lastMetrics'));
});

test('what the metrics server does not have yet comes too, and the stack where that is asked for', async (t) => {
  const { reports, lines, packets } = await blockedProcess(
    t,
    async ({ block, turn, count }: App) => {
      await count(41);
      await turn(1200);
      const theCause = (): void => block(3000);
      theCause();
      await turn(1500);
    },
    { config: { blockedStack: true } },
  );
  // Behind these are the last numbers, of the end of the process.
  const numbers = packets.slice(0, packets.findLastIndex(({ topic }) => topic === 'eventLoopBlocked'));
  const [sent] = numbers.filter(({ topic }) => topic === 'lastMetrics');
  t.like(sent, { id: 5, token: 'token 5' });
  const { payload } = sent?.data as { payload: string };
  t.is([...read(decodeSnapshot(payload)).values()][0]?.[1], 42);
  t.regex(reports[0]?.stack ?? '', /at block \(.*\nat theCause \(/);
  t.true((reports[0]?.stack?.length ?? 0) <= 4096);
  t.regex(lines[0] ?? '', /There it was: at .*theCause/);
});

test('where the main thread is in native code there is a report, and a sentence in place of the stack', async (t) => {
  const { ended, reports, lines } = await blockedProcess(
    t,
    async ({ turn, require }: App) => {
      await turn(1200);
      (require('node:child_process') as { execSync(command: string): void }).execSync('sleep 6');
      await turn(1500);
    },
    { config: { blockedStack: true } },
  );
  t.like(ended, { code: 0, output: '' });
  t.regex(reports[0]?.stack ?? '', /native code/);
  t.regex(lines[0] ?? '', /native code/);
});

test('a process that is stopped as a whole says nothing, and goes on', async (t) => {
  const { ended, reports, lines } = await blockedProcess(t, async ({ turn, require }: App) => {
    const { spawn } = require('node:child_process') as typeof import('node:child_process');
    await turn(1200);
    spawn('sh', ['-c', `kill -STOP ${process.pid}; sleep 5; kill -CONT ${process.pid}`]);
    await turn(7000);
  });
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(reports, []);
  t.deepEqual(lines, []);
});

test('a process that is killed while it is blocked has said so before', async (t) => {
  const { ended, reports } = await blockedProcess(
    t,
    async ({ block, turn }: App) => {
      await turn(1200);
      block(60_000);
    },
    { onReport: (child) => child.kill('SIGKILL') },
  );
  t.is(ended.signal, 'SIGKILL');
  t.deepEqual(
    reports.map(({ turns }) => turns),
    [false],
  );
});

test('the watch keeps no process alive, and a stop of the exporter ends it', async (t) => {
  const { ended, reports } = await blockedProcess(t, async ({ block, turn, exporter }: App) => {
    await turn(1200);
    await exporter.stop();
    block(3000);
    await turn(1500);
  });
  t.is(ended.code, 0);
  t.deepEqual(reports, []);
});
