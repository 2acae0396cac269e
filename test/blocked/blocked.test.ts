/** What a process whose event loop is blocked says, from its worker thread and afterwards. */
import type * as childProcess from 'node:child_process';
import test from 'ava';
import { blockedProcess, type App, type Report } from './blocked-process';

/** Whether all say that the loop does not turn: one of them, or more where that takes longer. */
function isRepeated(reports: readonly Report[]): boolean {
  return reports.length > 0 && reports.every(({ turns }) => !turns);
}

test('a loop that does not turn is told to the metrics server, then that it turns again, and the log has one line', async (t) => {
  const { ended, reports, lines, packets } = await blockedProcess(t, async ({ block, turn, gate, got, tell }: App) => {
    await turn(1200);
    tell({ blockedMs: block(gate('blocked')) });
    await got('turns');
  });
  t.like(ended, { code: 0, output: '' });
  const last = reports.at(-1) as Report;
  t.deepEqual([isRepeated(reports.slice(0, -1)), last.turns], [true, true], JSON.stringify(reports));
  const blockedMs = ended.told.flatMap((told) => (told as { blockedMs?: number } | null)?.blockedMs ?? [])[0] ?? NaN;
  t.true((reports[0]?.blockedMs ?? 0) >= 2000 && last.blockedMs >= Math.floor(blockedMs), JSON.stringify(reports));
  const report = packets.find(({ topic }) => topic === 'eventLoopBlocked');
  t.like(report, { id: 5, from: '0', token: 'token 5' });
  t.is(lines.length, 1);
  t.regex(lines[0] ?? '', /turns again\. It has not turned for \d+\.\d s.*Set blockedStack to true/);
  // The server has these numbers.
  t.false(packets.some(({ topic }) => topic === 'lastMetrics'));
});

test('where the main thread is in native code there is a report, and a sentence in place of the stack', async (t) => {
  const { ended, reports, lines } = await blockedProcess(
    t,
    async ({ turn, gate, got, require }: App) => {
      const { execFileSync } = require('node:child_process') as typeof childProcess;
      await turn(1200);
      const file = gate('blocked');
      // It ends where the folder has gone too: nothing else would end it then.
      const untilThere = 'until [ -e "$1" ] || [ ! -e "${1%/*}" ]; do sleep 0.1; done';
      execFileSync('sh', ['-c', untilThere, 'sh', file]);
      await got('turns');
    },
    { config: { blockedStack: true } },
  );
  t.like(ended, { code: 0, output: '' });
  t.regex(reports[0]?.stack ?? '', /native code/);
  t.regex(lines[0] ?? '', /native code/);
});

test('a process that is stopped as a whole says nothing, and goes on', async (t) => {
  const { ended, reports, lines } = await blockedProcess(t, async ({ turn, require }: App) => {
    const { spawn } = require('node:child_process') as typeof childProcess;
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
      block(Infinity);
    },
    { onReport: (child) => child.kill('SIGKILL') },
  );
  t.is(ended.signal, 'SIGKILL');
  t.true(isRepeated(reports), JSON.stringify(reports));
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

test('a loop that turns again in order to stop the exporter has its line in the log', async (t) => {
  const { ended, reports, lines } = await blockedProcess(t, async ({ block, turn, gate, exporter }: App) => {
    await turn(1200);
    block(gate('blocked'));
    await exporter.stop();
  });
  t.is(ended.code, 0);
  t.true(isRepeated(reports), JSON.stringify(reports));
  t.is(lines.length, 1);
  t.regex(lines[0] ?? '', /turns again\. It has not turned for \d+\.\d s/);
});
