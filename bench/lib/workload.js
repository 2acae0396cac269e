'use strict';

/**
 * The workloads. They make collections like those of an OpenTelemetry SDK with cumulative temporality: a series keeps
 * its attributes object and its start time, and an unchanged histogram keeps its array of counts. Data points,
 * histogram values and end times are new objects in every collection. New series come last.
 */

const path = require('node:path');
const { random } = require('./random');

/** The default bucket bounds of Prometheus's clients, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const HISTOGRAM = 0;
const GAUGE = 2;
const SUM = 3;

/** The series that change from one collection to the next. */
const VARIANTS = ['nothing', '1 %', 'everything', '1 % new'];
/** A variant: every other series is missing in one collection and present again in the next. */
const HALF_GONE = 'half gone or back';

const SIZES = {
  tiny: { counters: 1000, histograms: 70 },
  small: { counters: 10_000, histograms: 700 },
  large: { counters: 100_000, histograms: 7000 },
  'huge-tiny': { counters: 50_000, histograms: 0 },
  huge: { counters: 1_000_000, histograms: 0 },
};
const COUNTER_FAMILIES = 10;

/** @param {string | {counters: number, histograms: number}} size the name of a workload, or a size */
function createWorkload(size, seed = 1) {
  const next = random(seed);
  return size === 'real'
    ? new Workload(realFamilies(next), next)
    : new Workload(madeFamilies(SIZES[size] ?? size, next), next);
}

class Workload {
  constructor({ scope, resource, families }, next) {
    Object.assign(this, { scope, resource, families, next });
    this.seconds = 1_700_000_010;
    this.initial = this.series;
    this.halved = false;
    this.added = 0;
  }

  get series() {
    return this.families.reduce((sum, { points }) => sum + points.length, 0);
  }

  /** The number of lines of Prometheus text, without the HELP and TYPE lines. */
  get samples() {
    return this.families.reduce(
      (sum, { points }) =>
        sum +
        points.reduce(
          (lines, { value }) => lines + (typeof value === 'number' ? 1 : value.buckets.counts.length + 2),
          0,
        ),
      0,
    );
  }

  /** Changes the workload, then returns a collection. */
  collect(variant) {
    this.change(variant);
    const endTime = [this.seconds, 250_000_000];
    this.seconds += 10;
    const metrics = this.families.map(({ header, points }) => ({
      ...header,
      dataPoints: this.present(points).map(({ attributes, startTime, value }) => ({
        attributes,
        startTime,
        endTime,
        value: typeof value === 'number' ? value : histogram(value, value.buckets.counts),
      })),
    }));
    return { resource: this.resource, scopeMetrics: [{ scope: this.scope, metrics }] };
  }

  /** Makes all series present again. */
  restore() {
    this.halved = false;
  }

  present(points) {
    return this.halved ? points.filter((_, i) => i % 2 === 0) : points;
  }

  change(variant) {
    const { next } = this;
    switch (variant) {
      case 'nothing':
        return;
      case HALF_GONE:
        this.halved = !this.halved;
        return;
      case 'everything':
        for (const { header, points } of this.families) for (const point of points) advance(point, header, next);
        return;
      case '1 %':
        for (let left = Math.ceil(this.initial / 100); left > 0; left--) {
          const { header, points } = this.pick();
          advance(points[Math.floor(next() * points.length)], header, next);
        }
        return;
      case '1 % new':
        for (let left = Math.ceil(this.initial / 100); left > 0; left--) {
          const { points } = this.pick();
          const [{ attributes, value }] = points;
          points.push({
            // Attributes objects of one instrument share a hidden class. `...` would give each its own in Node.js 20.
            attributes: Object.assign({}, attributes, { added: String(this.added++) }),
            startTime: [this.seconds, 0],
            value: typeof value === 'number' ? 1 : histogram(value, [...value.buckets.counts]),
          });
        }
        return;
      default:
        throw new RangeError(`unknown variant: ${variant}`);
    }
  }

  /** A random family. Its probability is proportional to its number of series. */
  pick() {
    let at = Math.floor(this.next() * this.series);
    return this.families.find(({ points }) => (at -= points.length) < 0);
  }
}

/** Property order as in the SDK, so that all histogram values share one hidden class. */
function histogram({ min, max, sum, buckets, count }, counts) {
  return { min, max, sum, buckets: { boundaries: buckets.boundaries, counts }, count };
}

function advance(point, { isMonotonic, dataPointType }, next) {
  const { value } = point;
  if (dataPointType !== HISTOGRAM) {
    point.value = isMonotonic ? value + 1 + Math.floor(next() * 9) : Math.round(value * (0.9 + next() * 0.2)) + 1;
    return;
  }
  const counts = [...value.buckets.counts];
  const observations = 1 + Math.floor(next() * 4);
  for (let i = 0; i < observations; i++) counts[Math.floor(next() * counts.length)]++;
  const sum = value.sum + observations * Math.round(next() * 1e6) * 1e-6;
  point.value = histogram({ ...value, count: value.count + observations, sum }, counts);
}

function madeFamilies({ counters, histograms }, next) {
  const families = [];
  for (let i = 0; i < COUNTER_FAMILIES; i++) {
    const points = Array.from({ length: counters / COUNTER_FAMILIES }, (_, s) => ({
      attributes: attributesOf(s),
      startTime: [1_700_000_000, s % 1000],
      value: Math.floor(next() * 10 ** (1 + (s % 6))),
    }));
    families.push({
      header: headerOf(`shop_requests_${i}`, SUM, { isMonotonic: true, unit: '', type: 'COUNTER' }),
      points,
    });
  }
  if (histograms > 0) {
    const points = Array.from({ length: histograms }, (_, s) => {
      const counts = Array.from({ length: BOUNDS.length + 1 }, () => Math.floor(next() * 500));
      const count = counts.reduce((sum, one) => sum + one, 0);
      const sum = Math.round(next() * 1e9) / 1e6;
      const value = histogram({ min: 0.001, max: 12, sum, buckets: { boundaries: BOUNDS }, count }, counts);
      return { attributes: attributesOf(s), startTime: [1_700_000_000, s % 1000], value };
    });
    families.push({ header: headerOf('shop_request_duration', HISTOGRAM, { unit: 's', type: 'HISTOGRAM' }), points });
  }
  return {
    scope: { name: 'shop', version: '1.0.0', schemaUrl: undefined },
    resource: { attributes: { 'service.name': 'shop', 'service.instance.id': '0' } },
    families,
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
const STATUSES = [200, 201, 304, 404, 500];

/** About as long as the route, method and status of a real server. */
function attributesOf(s) {
  return { route: `/shop/department-${s % 97}/items/${s}`, method: METHODS[s % 4], status: STATUSES[s % 5] };
}

function headerOf(name, dataPointType, { isMonotonic, unit, type }) {
  return {
    descriptor: { name, type, description: `Of the benchmark: ${name}`, unit, valueType: 1, advice: {} },
    aggregationTemporality: 1,
    dataPointType,
    ...(isMonotonic !== undefined && { isMonotonic }),
  };
}

/** The metrics of a real Mashroom server with OpenTelemetry 2. */
function realFamilies(_next) {
  const file = path.join(__dirname, '../../test/fixtures/resource-metrics-otel2.json');
  const { resource, scopeMetrics } = require(file);
  const [{ scope, metrics }] = scopeMetrics;
  const families = metrics.map(({ dataPoints, ...header }) => ({
    header,
    points: dataPoints.map(({ attributes, startTime, value }) => ({ attributes, startTime, value })),
  }));
  return {
    scope,
    resource: { attributes: resource.attributes },
    families: families.filter(({ points }) => points.length > 0),
  };
}

module.exports = { createWorkload, VARIANTS, HALF_GONE, BOUNDS, HISTOGRAM, GAUGE, SUM };
