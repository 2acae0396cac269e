import test from 'ava';
import * as fc from '../../../../test/support/properties';
import { endLoan, startLoan, type Loan } from '../../../protocol/loan';
import { numberText } from '../../../workers/text/lines/digits';
import { NumberedLines } from '../../../workers/text/lines/numbered-lines';
import type { Output } from '../../../workers/text/output';
import { Collected } from '../../../../test/support/collected-text';

const NUMBER = fc.oneof(
  fc.nat({ max: 120 }),
  fc.nat({ max: 2 ** 31 - 1 }),
  fc.integer({ min: -12, max: 12 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.1, 1e21, -1e15, 999_999_999, 1_000_000_000, 2 ** 31, 4 + 2 ** -50),
  fc.double(),
);

/** The lines, beside the numbers that they have to show. */
class Model {
  readonly values: number[];
  readonly lines: NumberedLines;

  constructor(
    count: number,
    blockBytes: number,
    private readonly label = 'ä',
  ) {
    this.values = new Array<number>(count).fill(0);
    this.lines = new NumberedLines(this.expected(0, count), count, blockBytes);
  }

  show(changes: ReadonlyMap<number, number>): void {
    this.lines.update((changed, shown) => {
      for (const [line, value] of [...changes].sort(([a], [b]) => a - b)) {
        if (value !== shown[line]) changed.add(line, value);
        this.values[line] = value;
      }
    });
  }

  expected(from: number, to: number): string {
    const line = (value: number, i: number): string =>
      `c{l="${this.label.repeat((from + i) % 5)}"} ${numberText(value)}\n`;
    return this.values.slice(from, to).map(line).join('');
  }

  said(from: number, to: number): Collected {
    const out = new Collected();
    this.lines.writeTo(out, from, to);
    return out;
  }
}

const ROUNDS = fc.array(fc.array(fc.tuple(fc.nat(), NUMBER), { maxLength: 40 }), { maxLength: 25 });

test('whatever changes, and how often, the lines show their numbers, however they are cut into blocks', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 400 }),
      ROUNDS,
      fc.nat(),
      (count, blockBytes, rounds, cut) => {
        const model = new Model(count, blockBytes);
        for (const round of rounds) {
          model.show(new Map(round.map(([at, value]) => [at % count, value])));
          t.is(model.said(0, count).text, model.expected(0, count));
          const from = cut % count;
          const to = from + (cut % (count - from + 1));
          t.is(model.said(from, to).text, model.expected(from, to));
          t.is(model.lines.lengthOf(from, to), Buffer.byteLength(model.expected(from, to)));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a counter that goes up, and begins anew, shows every number', (t) => {
  const model = new Model(3, 40);
  for (const step of [1, 3, 7, 99, 1001, 123_456_789]) {
    for (let value = 0, i = 0; i < 200; i++, value += step) {
      model.show(new Map([0, 1, 2].map((line) => [line, value + line])));
      t.is(model.said(0, 3).text, model.expected(0, 3));
    }
  }
});

test('numbers that become longer for a second time take no more memory', (t) => {
  const count = 1000;
  const model = new Model(count, 4096);
  const all = (value: number): ReadonlyMap<number, number> => new Map(model.values.map((_, line) => [line, value]));
  model.show(all(123_456));
  const { held } = model.lines;
  model.show(all(0));
  model.show(all(654_321));
  t.is(model.lines.held, held);
});

test('a text with another number of lines is refused', (t) => {
  t.throws(() => new NumberedLines('a 0\nb 0\n', 3, 99), { instanceOf: RangeError, message: 'not 3 lines, but 2' });
  t.throws(() => new NumberedLines('a 0\nb 0\n', 1, 99), { instanceOf: RangeError, message: 'more than 1 lines' });
});

/** A reader that keeps what it has been lent, and reads it at any later time. */
class Borrower implements Output {
  readonly loan: Loan = startLoan();
  private readonly pieces: Buffer[] = [];
  /** The memory that it has been lent. What it has copied is not included. */
  readonly memory = new Set<SharedArrayBuffer>();

  write(source: Buffer, from: number, to: number): void {
    this.pieces.push(Buffer.from(source.subarray(from, to)));
  }

  lend(source: Buffer<SharedArrayBuffer>, from: number, to: number): Loan {
    this.pieces.push(source.subarray(from, to));
    this.memory.add(source.buffer);
    return this.loan;
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }
}

/** Long enough to be lent. */
const LONG = 'long'.repeat(4096);

test('lent memory does not change until its loan ends, whatever the lines show meanwhile', (t) => {
  let borrowed = 0;
  const round = fc.tuple(fc.array(fc.tuple(fc.nat(), NUMBER), { maxLength: 10 }), fc.nat({ max: 2 }));
  fc.assert(
    fc.property(
      fc.constantFrom(10_000, 100_000, 1_000_000),
      fc.array(round, { maxLength: 12 }),
      (blockBytes, rounds) => {
        const count = 15;
        const model = new Model(count, blockBytes, LONG);
        const open: [borrower: Borrower, text: string][] = [];
        for (const [changes, over] of rounds) {
          model.show(new Map(changes.map(([at, value]) => [at % count, value])));
          const borrower = new Borrower();
          model.lines.writeTo(borrower, 0, count);
          borrowed += borrower.memory.size;
          open.push([borrower, model.expected(0, count)]);
          for (const [{ text }, expected] of open) t.true(text === expected);
          // Not in the order in which they began.
          for (const [{ loan }] of open.splice(open.length % 3, over)) endLoan(loan);
        }
      },
    ),
    { numRuns: 100 },
  );
  t.true(borrowed > 100);
});

test('the lines move to other memory only while a loan is open, and only once for each loan', (t) => {
  const count = 15;
  const model = new Model(count, 1_000_000, LONG);
  const borrow = (value: number): [Borrower, SharedArrayBuffer] => {
    model.show(new Map([[3, value]]));
    const borrower = new Borrower();
    model.lines.writeTo(borrower, 0, count);
    t.is(borrower.memory.size, 1);
    return [borrower, [...borrower.memory][0] as SharedArrayBuffer];
  };
  const [first, memory] = borrow(1);
  endLoan(first.loan);
  const [second, same] = borrow(2);
  t.is(same, memory);
  const [third, other] = borrow(3);
  t.not(other, memory);
  endLoan(third.loan);
  t.is(borrow(4)[1], other);
  t.true(second.text.includes(' 2\n'));
});

test('memory that was left to readers is used again when their loans have ended', (t) => {
  const count = 15;
  const model = new Model(count, 1_000_000, LONG);
  // From now on the number always has three digits.
  let value = 100;
  model.show(new Map([[3, value]]));
  const borrow = (): Borrower => {
    model.show(new Map([[3, (value += 1)]]));
    const borrower = new Borrower();
    model.lines.writeTo(borrower, 0, count);
    return borrower;
  };
  const alone = model.lines.held;
  const used = new Set<SharedArrayBuffer>();
  const reading: Borrower[] = [];
  for (let i = 0; i < 50; i++) {
    reading.push(borrow());
    for (const memory of reading.at(-1)?.memory ?? []) used.add(memory);
    if (reading.length === 3) endLoan((reading.shift() as Borrower).loan);
  }
  t.is(used.size, 3);
  t.true(model.lines.held > 2 * alone);

  // Loans that never end do not take more and more memory either.
  for (let i = 0; i < 50; i++) borrow();
  t.true(model.lines.held < 5 * alone);

  // From now on no loan is open while the lines change.
  for (let i = 0; i < 50; i++) endLoan(borrow().loan);
  t.true(model.lines.held < 1.1 * alone);
});
