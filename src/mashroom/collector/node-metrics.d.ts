declare module 'opentelemetry-node-metrics' {
  const setupNodeMetrics: (meterProvider: object) => void;
  export default setupNodeMetrics;
}
