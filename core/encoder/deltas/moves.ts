/** The series that one cycle has moved to pages of another layout. They go back if the column being written is given up. */
import type { FamilySeries } from '../series/family-series';

interface Move {
  readonly hash: number;
  /** Slots. */
  readonly from: number;
  readonly to: number;
  /** Since when the series was absent at the old slot; 0 if it was present. */
  readonly since: number;
}

export class Moves {
  private readonly moves: Move[] = [];

  clear(): void {
    this.moves.length = 0;
  }

  add(move: Move): void {
    this.moves.push(move);
  }

  /** @returns whether there was any */
  takeBack(series: FamilySeries, generation: number): boolean {
    const hasAny = this.moves.length > 0;
    for (let move = this.moves.pop(); move !== undefined; move = this.moves.pop()) {
      const { hash, from, to, since } = move;
      series.index.replace(hash, to, from);
      series.absent.add(to, generation);
      series.absent.delete(from);
      if (since > 0) series.absent.add(from, since);
    }
    return hasAny;
  }
}
