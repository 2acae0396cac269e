/** Where the exporter gets metrics from. */

/**
 * Gives the exporter the metrics of one library or of one part of a process. A source never has to check what it returns:
 * data of another shape is left out, and the log says so.
 */
export interface MetricsSource {
  /** What log lines call the source, such as `prom-client`. */
  readonly name?: string;
  /**
   * Whether each collection has what was counted since the one before, and may have only what has changed (delta
   * temporality). The exporter adds it up. Otherwise values are cumulative, and metrics with delta temporality are refused.
   */
  readonly accumulates?: boolean;
  /**
   * The object that {@link collect} asks now. When it is another object than before, collections under way at the
   * former one may never end.
   * @throws Error whose message says what is missing
   */
  provider(): object;
  /**
   * Asks the provider for its `ResourceMetrics`: times in seconds and nanoseconds since the epoch, values in the unit that
   * the descriptor of the metric names. Called once per interval, but not while an earlier call is under way.
   * @returns `ResourceMetrics` or a promise of it; not checked
   * @throws anything that the provider throws: the log says so, and the last numbers stay
   */
  collect(provider: object): unknown;
  /**
   * As {@link collect}, without waiting for anything: it is called while the process exits. Left out where the source cannot
   * do that.
   * @returns `ResourceMetrics`; not checked
   */
  collectNow?(provider: object): unknown;
  /**
   * Called with a result of {@link collect} or {@link collectNow} that is going to be used. Without this call it was given up:
   * a source that cannot collect the same data again hands it over with its next result.
   */
  accept?(data: unknown): void;
  /** Called when the exporter has stopped, and will not collect any more. */
  release?(): void;
}

/** The source of a user's own function. */
export function functionSource(collect: () => unknown): MetricsSource {
  return { provider: () => collect, collect: () => collect() };
}
