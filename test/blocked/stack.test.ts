/** What comes with a report: the numbers that a metrics server lacks, and the stack. */
import test from 'ava';
import { decodeSnapshot } from '../../core/wire/decode';
import { read } from '../core/encoder/collections';
import { blockedProcess, type App } from './blocked-process';

test('what the metrics server does not have yet comes too, and the stack where that is asked for', async (t) => {
  const { reports, lines, packets } = await blockedProcess(
    t,
    async ({ block, turn, gate, got, count }: App) => {
      await count(41);
      await turn(1200);
      const theCause = (): number => block(gate('lastMetrics'));
      theCause();
      await got('turns');
    },
    { config: { blockedStack: true } },
  );
  // Behind these are the last numbers, of the end of the process.
  const numbers = packets.slice(
    0,
    packets.findLastIndex(({ topic }) => topic === 'eventLoopBlocked'),
  );
  const [sent] = numbers.filter(({ topic }) => topic === 'lastMetrics');
  t.like(sent, { id: 5, token: 'token 5' });
  const { payload } = sent?.data as { payload: string };
  t.is([...read(decodeSnapshot(payload)).values()][0]?.[1], 42);
  t.regex(reports[0]?.stack ?? '', /^at block \(.*\nat theCause \(/m);
  t.true((reports[0]?.stack?.length ?? 0) <= 4096);
  t.regex(lines[0] ?? '', /There it was: at .*theCause/);
});
