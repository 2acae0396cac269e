'use strict';

/**
 * The exporter that one would write first, and that all of this is measured against: each interval a loop over all data
 * points that sets a gauge of @pm2/io each, and `JSON.stringify` of all metrics for each request.
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
          // Histograms it can't show.
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
