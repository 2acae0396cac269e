/** The cluster as the HTTP side sees it. */
import type { Readable } from 'node:stream';
import type { Format } from '../protocol/tasks';

/** What the HTTP side needs of the cluster. */
export interface ClusterView {
  /**
   * @param deadlineMs how long the caller can wait for instances
   * @throws ViewError
   */
  scrape(what: Scraped, format: Format, deadlineMs: number): Promise<Exposition>;
  /**
   * Processes that PM2 runs and that have answered with metrics, for service discovery: the full list.
   *
   * @throws ViewError
   */
  instances(): Promise<readonly InstanceOfApp[]>;
  /** Whether PM2's daemon can be reached. */
  ready(): boolean;
}

/** Uncompressed. Destroying it ends the work behind it. */
export interface Exposition extends Readable {
  /**
   * To be called when what came out of it is read no more, wherever it was passed on to: much of it is memory of the
   * worker thread, which has to copy that if it is to change before. Repeatable.
   */
  release(): void;
}

/** All instances one by one, one view of the cluster, or one instance. */
export type Scraped =
  { readonly view: 'all' } | { readonly view: 'cluster' } | { readonly view: 'instance'; readonly pmId: number };

export interface InstanceOfApp {
  /** Name of the PM2 app. */
  readonly app: string;
  readonly pmId: number;
}

export type ViewErrorCode =
  | 'UNKNOWN_INSTANCE'
  /** Not now: PM2's daemon cannot be reached, or the instance has not answered. */
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** Its message is a plain sentence for whoever asked, except that of `INTERNAL`, which only the log gets. */
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
