/**
 * The runs that have ended, for a while: what a process sends at its end, or has sent before, may arrive after PM2 has
 * removed it from its list. They are bounded in time, number and bytes.
 */
import { hasEnded } from '../../../../core/pm2/has-ended';
import type { KnownPages, KnownRun } from './known-run';

/** From when the end of the process is noticed. */
const KEPT_MS = 60_000;
const MAX_RUNS = 1000;
/** Of last snapshots. The run that has ended last is kept whatever it takes. */
const MAX_BYTES = 256 * 1024 * 1024;

interface Ended {
  readonly known: KnownRun;
  /** When its process was seen to have ended, on the clock of `now`. PM2 may give a process minutes for its end. */
  endedAt: number | undefined;
}

export class EndedRuns {
  /** By key, in the order in which they ended. */
  private readonly runs = new Map<string, Ended>();

  /** @param now milliseconds on a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  add(known: KnownRun): void {
    if (!known.hasToken) return;
    this.runs.set(known.run.key, { known, endedAt: undefined });
    let bytes = 0;
    for (const [i, [key, one]] of [...this.runs].reverse().entries()) {
      // Last numbers may have come since its end.
      bytes += bytesOf(one.known);
      if (i > 0 && (i >= MAX_RUNS || bytes > MAX_BYTES)) this.runs.delete(key);
    }
  }

  /** Takes back a run that goes on. */
  take(key: string): KnownRun | undefined {
    const one = this.runs.get(key);
    this.runs.delete(key);
    return one?.known;
  }

  /** Those that are kept still. */
  all(): KnownRun[] {
    const now = this.now();
    for (const [key, one] of this.runs) {
      if (one.endedAt === undefined && hasEnded(one.known.pid)) one.endedAt = now;
      if (now - (one.endedAt ?? now) >= KEPT_MS) this.runs.delete(key);
    }
    return [...this.runs.values()].map(({ known }) => known);
  }

  clear(): void {
    this.runs.clear();
  }
}

/** By last numbers, which are immutable: runs that end together are added up once for each of them. */
const knownBytes = new WeakMap<KnownPages, number>();

function bytesOf({ last }: KnownRun): number {
  if (last === undefined) return 0;
  let bytes = knownBytes.get(last);
  if (bytes === undefined) {
    bytes = last.snapshot.values.byteLength;
    for (const { page } of last.pages.values()) bytes += page.attributes.byteLength;
    knownBytes.set(last, bytes);
  }
  return bytes;
}
