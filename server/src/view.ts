/** What the HTTP side asks the cluster for, and what it gets. */
import type { Readable } from 'node:stream';
import type { Format } from '../protocol/render';
import type { Run } from '../protocol/run';

/** The chunks of an exposition. It emits `dropped` if it is read too slowly while others wait: its connection is then to be closed. */
export interface ExpositionStream extends Readable {
  /**
   * Call this when the chunks are no longer read, wherever they were passed on to. It ends the work behind it, unless others
   * read the same exposition. Many chunks are memory that a worker thread has lent: until the release the thread has to copy
   * what it wants to change. Repeatable.
   */
  release(): void;
}

/** How an exposition is written. */
export interface Writing {
  readonly format: Format;
  readonly gzip: boolean;
}

/** All instances one by one, the sums of the cluster, or one instance. */
export type Scraped = { readonly view: 'all' } | { readonly view: 'cluster' } | ScrapedInstance;

interface ScrapedInstance {
  readonly view: 'instance';
  readonly pmId: number;
  /** Whether text shows what the official serializer leaves out, too: exponential histograms. */
  readonly complete?: boolean;
}

export type InstanceOfApp = Pick<Run, 'app' | 'namespace' | 'pmId'>;

export type ViewErrorCode =
  | 'UNKNOWN_INSTANCE'
  /** For now: PM2's daemon cannot be reached, or the instance has not answered. */
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** Its message is a plain sentence for the client. The message of `INTERNAL` goes to the log only. */
export class ViewError extends Error {
  override readonly name = 'ViewError';

  constructor(
    readonly code: ViewErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
