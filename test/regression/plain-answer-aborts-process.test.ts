/**
 * A plain answer for many series jumped over the heap limit of its worker thread, and V8 ended the process (SIGABRT). The
 * thread alone ended where the limit was reached before the metrics were joined, which was one large allocation: the first
 * case is between the two.
 */
import test from 'ava';
import type { ReplyForm } from '../../protocol/tasks';
import { answerWithinHeap } from '../support/answer-within-heap';

const CASES: readonly [series: number, maxMemoryMb: number, form: ReplyForm['kind'], told: RegExp][] = [
  [320_000, 128, 'plain', /^ok$/],
  [350_000, 128, 'plain', /^ok$/],
  [300_000, 32, 'plain', /^ok$/],
  [600_000, 128, 'plain', /^TOO_LARGE a plain answer .* larger than 64 MiB \(600000 series\).* compact form/],
  [600_000, 32, 'snapshot', /^ok$/],
];

for (const [series, maxMemoryMb, kind, expected] of CASES) {
  test.serial(`${kind}: ${series} series with workers.maxMemoryMb ${maxMemoryMb}`, async (t) => {
    const form: ReplyForm = kind === 'snapshot' ? { kind, have: [] } : { kind };
    const { code, signal, told, output } = await answerWithinHeap({ series, maxMemoryMb, form, metrics: 2 });
    t.deepEqual({ code, signal }, { code: 0, signal: null }, output);
    t.is(told.length, 2);
    for (const one of told) t.regex(one as string, expected);
  });
}
