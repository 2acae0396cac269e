/** Series × heap limits, across the boundary of what a worker thread can do: whatever becomes of the answer, the process lives. */
import test from 'ava';
import type { ReplyForm } from '../../../protocol/tasks';
import { answerWithinHeap } from '../../support/answer-within-heap';

const FORMS: readonly ReplyForm[] = [{ kind: 'plain' }, { kind: 'snapshot', have: [] }];

for (const form of FORMS) {
  for (const maxMemoryMb of [32, 64, 128, 256, 512]) {
    for (const series of [30_000, 100_000, 200_000, 320_000, 450_000, 1_300_000]) {
      test.serial(`${form.kind}: ${series} series in ${maxMemoryMb} MiB`, async (t) => {
        const { code, signal, told, output } = await answerWithinHeap({ series, maxMemoryMb, form, metrics: 2 });
        t.log(told);
        t.deepEqual({ code, signal }, { code: 0, signal: null }, output);
      });
    }
    for (const series of [3000, 10_000, 30_000, 100_000, 300_000]) {
      test.serial(`${form.kind}: ${series} metrics in ${maxMemoryMb} MiB`, async (t) => {
        const { code, signal, told, output } = await answerWithinHeap({ series, maxMemoryMb, form, metrics: series });
        t.log(told);
        t.deepEqual({ code, signal }, { code: 0, signal: null }, output);
      });
    }
  }
}
