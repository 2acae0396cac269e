/**
 * Counters of the host, such as `system.cpu.time`: every process reports the same number, so that their sum means nothing.
 * What is shown grows as the host's number does, which is the largest one of the processes that have answered.
 *
 * In the columns of the app's sums, `carried` has the number that is shown, and in the place of its start time the host's.
 * The runs' numbers are zeros, so that adding them up changes nothing.
 */
import { SCALAR_STRIDE, SCALAR_VALUE, START } from '../../../../core/snapshot';
import type { MergedPage } from '../series/live-run';
import { isCount } from '../../numbers/counts';
import type { Carried } from './carried';
import { startAt } from './run-numbers';

/** The host's counters in one round of one app. */
export class HostCounters {
  /** By index of a series' first number: the largest number that a run has. */
  private readonly largest = new Map<number, number>();

  constructor(private readonly carried: Carried) {}

  /** @param last the run's column, which is written */
  note({ base, count, indices, mapping }: MergedPage, values: Float64Array, last: Float64Array): void {
    for (let k = 0; k < count; k++) {
      const i = indices === undefined ? k : indices[k]!;
      const at = base + i * SCALAR_STRIDE;
      const offset = mapping.offsets[i]!;
      const value = values[at + SCALAR_VALUE]!;
      last[offset + START] = startAt(values, at);
      last[offset + SCALAR_VALUE] = 0;
      if (isCount(value)) this.largest.set(offset, Math.max(value, this.largest.get(offset) ?? 0));
    }
  }

  /** Call this when all runs of the round are noted. */
  apply(): void {
    const { carried } = this;
    for (const [offset, value] of this.largest) {
      const shown = carried.values[offset + SCALAR_VALUE]!;
      const before = carried.values[offset + START]!;
      let next: number;
      // A little less is the number of a process that has collected earlier; much less is that of a host that was started anew.
      if (Number.isNaN(before)) next = Math.max(shown, value);
      else if (value >= before) next = shown === before ? value : shown + (value - before);
      else if (value < before / 2) next = shown + value;
      else continue;
      carried.set(offset + SCALAR_VALUE, next);
      carried.set(offset + START, value);
    }
  }
}
