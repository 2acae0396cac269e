/** The processes that snapshots are sent to. */
import type { PageRange } from '../core/wire/format';

/** A process that has asked for the snapshot. */
export interface Recipient {
  /** `pm_id` of the asker. */
  readonly pmId: number;
  /** The asker's id of the request, sent back unchanged so that the asker can match answers to its requests. */
  readonly request?: string | number;
  /** The asker's secret for this process, sent back unchanged: it shows that the answer comes from this process. */
  readonly token?: string;
  /** The asker's process, if the request names it: no answer is sent once that process has ended. */
  readonly pid?: number;
}

/** A metrics server that gets the last snapshot unasked. */
export interface LastRecipient {
  readonly pmId: number;
  readonly pid: number;
  /** Its secret for this process. */
  readonly token: string;
  /** The pages that it has. */
  readonly have: readonly PageRange[];
}
