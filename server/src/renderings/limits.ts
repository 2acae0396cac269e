/** How much may be rendered and not read. */

export interface RenderingLimits {
  /** How many are rendered at a time. */
  readonly atOnce: number;
  /** This many are held whatever their size, so that two scrapers of one server never stand in each other's way. */
  readonly min: number;
  /** With more than these, the slowest readers lose their connections. */
  readonly max: number;
  /** The same in bytes, of all that are held. */
  readonly bytes: number;
  /** How many times as much is held if no reader has had time to read. Beyond that, the next rendering waits. */
  readonly burst: number;
}

/**
 * A burst takes what is rendered within a second, which is the time that readers have: so a scrape need not wait for slow
 * readers that have just come.
 */
export const LIMITS: RenderingLimits = { atOnce: 1, min: 2, max: 32, bytes: 128 * 1024 * 1024, burst: 4 };

/** How much of one kind is expected: as many bytes as the last one had. */
export class ExpectedBytes {
  private readonly last = new Map<string, number>();

  /** At least 1, for an unknown kind too. */
  of(kind: string): number {
    return Math.max(1, this.last.get(kind) ?? 0);
  }

  note(kind: string, bytes: number): void {
    // Instances come and go.
    if (this.last.size >= MAX_KINDS) this.last.clear();
    this.last.set(kind, bytes);
  }
}

const MAX_KINDS = 1000;
