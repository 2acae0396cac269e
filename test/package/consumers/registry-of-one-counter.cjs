class Counter {
  name = 'visits';
  help = 'Help';
  type = 'counter';
  aggregator = 'sum';
  hashMap = { '': { labels: {}, value: 3 } };
  inc() {}
  get() {}
  labels() {}
  remove() {}
}

const counter = new Counter();
exports.registry = { _defaultLabels: {}, getMetricsAsArray: () => [counter], getMetricsAsJSON: () => [] };
