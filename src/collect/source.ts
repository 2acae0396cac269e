/** Where metrics come from. */

export interface MetricsSource {
  /**
   * Who would be asked now. Another object than before tells that collections still under way at the former one
   * will never come to an end.
   * @throws Error saying what is missing
   */
  provider(): object;
  /**
   * Asks the provider for its `ResourceMetrics`.
   * @throws whatever the provider throws
   */
  collect(provider: object): unknown;
}

/** Any function that returns OpenTelemetry's `ResourceMetrics`, or a promise of it. */
export function functionSource(collect: () => unknown): MetricsSource {
  return { provider: () => collect, collect };
}
