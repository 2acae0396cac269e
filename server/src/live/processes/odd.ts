/**
 * Finds the odd one among equals: a process of an app whose numbers are far from those of the others.
 *
 * The rule, for each number and each app with at least three processes that have it: a process is far from the others if it
 * differs from their median by more than all of
 *
 * - six times the median of all such differences (MAD, times 1.4826 to be comparable with a standard deviation),
 * - a share of the median, and
 * - an absolute amount below which a difference does not matter (both: {@link RULES}).
 *
 * Only more counts, except for requests, of which a process may also get too few. It is odd once this has been so for three
 * rounds in a row, and stays so until it has been within two thirds of that distance for five rounds in a row: so a number
 * at the edge does not flap.
 */
import { appKey } from '../../../protocol/labels';
import type { LiveProcess } from './live-process';

const MIN_EQUALS = 3;
const MADS = 6;
/** Makes the median of differences of a normal distribution its standard deviation. */
const NORMAL = 1.4826;
const ROUNDS_TO_BEGIN = 3;
const ROUNDS_TO_END = 5;
const END_SHARE = 2 / 3;

interface Rule {
  readonly word: string;
  readonly of: (process: LiveProcess) => number | undefined;
  /** Of the median. */
  readonly share: number;
  /** In the number's own unit. */
  readonly least: number;
  readonly bothWays: boolean;
}

/** In the order of importance: a process has one word. */
const RULES: readonly Rule[] = [
  { word: 'errors', of: ({ vitals }) => vitals.errors, share: 1, least: 0.2, bothWays: false },
  { word: 'latency', of: ({ vitals }) => vitals.latency, share: 0.5, least: 0.02, bothWays: false },
  { word: 'memory', of: ({ memoryBytes }) => memoryBytes, share: 0.5, least: 64 * 1024 * 1024, bothWays: false },
  { word: 'cpu', of: ({ cpu }) => cpu, share: 1, least: 0.25, bothWays: false },
  { word: 'requests', of: ({ vitals }) => vitals.requests, share: 0.5, least: 2, bothWays: true },
];

interface Verdict {
  isOdd: boolean;
  /** Rounds in a row that speak against it. */
  against: number;
}

export class OddOnes {
  /** By run and word. */
  private verdicts = new Map<string, Verdict>();

  /** To be called once per round. @returns the word of each odd run, by its key */
  find(processes: readonly LiveProcess[]): ReadonlyMap<string, string> {
    const former = this.verdicts;
    this.verdicts = new Map();
    const odd = new Map<string, string>();
    for (const equals of byApp(processes)) {
      for (const rule of RULES) {
        for (const [key, distance] of distances(equals, rule)) {
          const name = `${rule.word} ${key}`;
          const verdict = judge(former.get(name), distance);
          this.verdicts.set(name, verdict);
          if (verdict.isOdd && !odd.has(key)) odd.set(key, rule.word);
        }
      }
    }
    return odd;
  }
}

/** Processes that work, and were heard in this round. */
function byApp(processes: readonly LiveProcess[]): Iterable<LiveProcess[]> {
  const apps = new Map<string, LiveProcess[]>();
  for (const process of processes) {
    if (process.status !== 'online' || !process.isHeard) continue;
    const key = appKey(process.run);
    const equals = apps.get(key);
    if (equals === undefined) apps.set(key, [process]);
    else equals.push(process);
  }
  return apps.values();
}

/** @returns by run, how far it is from the others: 1 is the distance from which on it is odd */
function distances(equals: readonly LiveProcess[], { of, share, least, bothWays }: Rule): [string, number][] {
  const known = equals.flatMap((process) => {
    const value = of(process);
    return value === undefined || Number.isNaN(value) ? [] : [[process.run.key, value] as const];
  });
  if (known.length < MIN_EQUALS) return [];
  const middle = median(known.map(([, value]) => value));
  const spread = NORMAL * median(known.map(([, value]) => Math.abs(value - middle)));
  const limit = Math.max(MADS * spread, share * Math.abs(middle), least);
  return known.map(([key, value]) => [key, (bothWays ? Math.abs(value - middle) : value - middle) / limit]);
}

function judge(former: Verdict | undefined, distance: number): Verdict {
  const { isOdd, against } = former ?? { isOdd: false, against: 0 };
  const speaksAgainst = isOdd ? distance < END_SHARE : distance > 1;
  if (!speaksAgainst) return { isOdd, against: 0 };
  const turns = against + 1 >= (isOdd ? ROUNDS_TO_END : ROUNDS_TO_BEGIN);
  return turns ? { isOdd: !isOdd, against: 0 } : { isOdd, against: against + 1 };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
