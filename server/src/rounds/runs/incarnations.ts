/** The lives of exporters within one run, in their order: an exporter may be stopped, and another one started. */
import { randomUUID } from 'node:crypto';

/** How many former incarnations are remembered: a late message is of one of the last few. */
const MAX_FORMER = 16;

export class Incarnations {
  /** The exporter's name for its present incarnation, and this server's, which no other run can have. */
  private present: readonly [claimed: string, given: string] | undefined;
  private former: readonly string[] = [];

  /** @returns this server's name for the incarnation that a message claims, which is the present one from now on */
  enter(claimed: string): string {
    const { present } = this;
    if (present?.[0] === claimed) return present[1];
    if (present !== undefined) this.former = [...this.former, present[0]].slice(-MAX_FORMER);
    const given = randomUUID();
    this.present = [claimed, given];
    return given;
  }

  /** Whether another one has followed: its counters may go on in that one, so that they must not count a second time. */
  isFormer(claimed: string): boolean {
    return this.former.includes(claimed);
  }
}
