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
  /**
   * As {@link collect}, without waiting for anything: it is called while the process exits. Left out where the source cannot
   * do that.
   * @returns `ResourceMetrics`; not checked
   */
  collectNow?(provider: object): unknown;
}

/** The source of a user's own function. */
export function functionSource(collect: () => unknown): MetricsSource {
  return { provider: () => collect, collect };
}
