/** What the HTTP side asks the cluster for, and what it gets. */
import type { Readable } from 'node:stream';
import type { Run } from '../protocol/tasks';

/** The chunks of an exposition, uncompressed. Destroying the stream ends the rendering. */
export interface ExpositionStream extends Readable {
  /**
   * Call this when the chunks are no longer read, wherever they were passed on to. Many chunks are memory that the worker
   * thread has lent: until the release it has to copy what it wants to change. Repeatable.
   */
  release(): void;
}

/** All instances one by one, the sums of the cluster, or one instance. */
export type Scraped =
  { readonly view: 'all' } | { readonly view: 'cluster' } | { readonly view: 'instance'; readonly pmId: number };

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
