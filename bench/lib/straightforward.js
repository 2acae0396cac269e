'use strict';

/**
 * The simplest exporter, which the benchmarks compare with. Each interval a loop over all data points sets one gauge of
 * @pm2/io per data point. Each request is answered with `JSON.stringify` of all metrics.
 */

class Gauge {
  #value = 0;

  set(value) {
    this.#value = value;
  }

  val() {
    return this.#value;
  }
}

class StraightforwardExporter {
  gauges = new Map();

  export({ scopeMetrics }) {
    for (const { metrics } of scopeMetrics) {
      for (const { descriptor, dataPoints } of metrics) {
        for (const { attributes, value } of dataPoints) {
          // A gauge cannot show a histogram.
          if (typeof value === 'number') this.gauge(descriptor.name, attributes).set(value);
        }
      }
    }
  }

  gauge(metric, attributes) {
    const labels = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
    const name = labels.length === 0 ? metric : `${metric}[${labels.join(',')}]`;
    let gauge = this.gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge();
      this.gauges.set(name, gauge);
    }
    return gauge;
  }

  answer(data) {
    return JSON.stringify({ id: 1, topic: 'returnMetrics', from: '0', data });
  }
}

module.exports = { Gauge, StraightforwardExporter };
