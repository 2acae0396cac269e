/** Where the exporter gets metrics from. */

export interface MetricsSource {
  /**
   * The object that {@link collect} asks now. When it is another object than before, collections under way at the
   * former one may never end.
   * @throws Error whose message says what is missing
   */
  provider(): object;
  /**
   * Asks the provider for its `ResourceMetrics`.
   * @returns `ResourceMetrics` or a promise of it; not checked
   * @throws anything that the provider throws
   */
  collect(provider: object): unknown;
  /** As {@link collect}, but at once: for the end of the process. A source that cannot do it lacks the method. */
  collectNow?(provider: object): unknown;
  /**
   * Called with a result of {@link collect} that is going to be encoded. Without this call it was given up: a source that
   * cannot collect the same data again hands it over with its next result.
   */
  accept?(data: unknown): void;
  /** Called when the exporter has stopped, and will not collect any more. */
  release?(): void;
  /** Whether metrics with delta temporality are added up by the exporter. Such metrics of other sources are left out. */
  readonly accumulates?: boolean;
}

/** The source of a user's own function. */
export function functionSource(collect: () => unknown): MetricsSource {
  return { provider: () => collect, collect };
}
