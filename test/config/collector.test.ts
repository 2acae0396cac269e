/** The two plugins of the folder `collector`: their definition, their schema, and the code that reads their configuration. */
import Ajv from 'ajv';
import test from 'ava';
import definition from '../../collector/mashroom.json';
import ownPackage from '../../collector/package.json';
import mainPackage from '../../package.json';
import schema from '../../schemas/mashroom-monitoring-metrics-collector.schema.json';
import { readCollectorConfig } from '../../src/mashroom/collector/config';
import { readRequestsConfig } from '../../src/mashroom/requests/config';

const [services, requests] = definition.plugins;
const ajv = new Ajv({ strict: true, formats: { regex: isRegExp } }).addSchema(schema, 'collector');
const isServices = ajv.compile({ $ref: 'collector#/definitions/services' });
const isRequests = ajv.compile({ $ref: 'collector#/definitions/requests' });

function isRegExp(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

test("the definition has the names of Mashroom's own collector, and is valid by Mashroom's schema", (t) => {
  t.like(services, {
    name: 'Mashroom Monitoring Metrics Collector Services',
    type: 'services',
    namespace: 'metrics',
    bootstrap: './../dist/src/collector.js',
  });
  t.like(requests, {
    name: 'Mashroom Monitoring Request Metrics Middleware',
    type: 'middleware',
    requires: ['Mashroom Monitoring Metrics Collector Services'],
    bootstrap: './../dist/src/requests.js',
  });
  const mashrooms = require('@mashroom/mashroom-json-schemas/schemas/mashroom-plugins.json') as object;
  const byMashroom = new Ajv({ strict: false });
  t.true(byMashroom.validate(mashrooms, definition), byMashroom.errorsText());
  t.is(ownPackage.version, mainPackage.version);
});

test('the default configuration is that of the code and of the schema', (t) => {
  t.deepEqual(readCollectorConfig(services?.defaultConfig), readCollectorConfig({}));
  t.deepEqual(readRequestsConfig(requests?.defaultConfig), readRequestsConfig({}));
  const { services: ofServices, requests: ofRequests } = schema.definitions;
  const { cardinalityLimit, ...config } = readCollectorConfig({}).config;
  t.is(cardinalityLimit, 2_000_000);
  t.deepEqual(config, {
    disableMetrics: ofServices.properties.disableMetrics.default,
    defaultHistogramBuckets: ofServices.properties.defaultHistogramBuckets.default,
    customHistogramBucketConfig: ofServices.properties.customHistogramBucketConfig.default,
  });
  const { patterns, max } = ofRequests.properties.routes.properties;
  t.deepEqual(readRequestsConfig({}).config, {
    order: ofRequests.properties.order.default,
    routes: { patterns: patterns.default, max: max.default },
  });
});

for (const [config, isValid] of [
  [{}, true],
  [{ $schema: 'x', disableMetrics: ['a'], cardinalityLimit: 5000 }, true],
  [{ defaultHistogramBuckets: [1, 2], customHistogramBucketConfig: { a: [-1, 0.5] } }, true],
  [{ disableMetrics: [''] }, false],
  [{ disableMetrics: 'a' }, false],
  [{ defaultHistogramBuckets: [] }, false],
  [{ defaultHistogramBuckets: ['1'] }, false],
  [{ customHistogramBucketConfig: { a: [1, 1] } }, false],
  [{ customHistogramBucketConfig: [] }, false],
  [{ cardinalityLimit: 1 }, false],
  [{ cardinalityLimit: 2.5 }, false],
  [{ maxSeries: 5 }, false],
] as const) {
  test(`services: the schema and the code agree on ${JSON.stringify(config)}`, (t) => {
    t.is(isServices(config), isValid);
    t.is(readCollectorConfig(config).problems.length === 0, isValid);
  });
}

for (const [config, isValid] of [
  [{}, true],
  [{ order: -20, routes: { ids: ['^a$'], patterns: ['/a/*'], max: 0 } }, true],
  [{ routes: { ids: [] } }, true],
  [{ routes: { ids: ['('] } }, false],
  [{ routes: { patterns: [1] } }, false],
  [{ routes: { max: -1 } }, false],
  [{ routes: [] }, false],
  [{ route: {} }, false],
  [{ order: 'first' }, false],
] as const) {
  test(`requests: the schema and the code agree on ${JSON.stringify(config)}`, (t) => {
    t.is(isRequests(config), isValid);
    t.is(readRequestsConfig(config).problems.length === 0, isValid);
  });
}

test('limits are those of the exporter in the same server', (t) => {
  const exporter = { maxSeries: 500, forgetAfterMs: 60_000 };
  const read = readCollectorConfig({}, { plugins: { 'Mashroom Monitoring PM2 Exporter': exporter } });
  t.like(read, { maxSeries: 500, forgetAfterMs: 60_000, config: { cardinalityLimit: 500 } });
  t.is(readCollectorConfig({ cardinalityLimit: 10 }).config.cardinalityLimit, 10);
  for (const odd of [undefined, null, 5, { plugins: null }, { plugins: { 'Mashroom Monitoring PM2 Exporter': 1 } }]) {
    t.is(readCollectorConfig({}, odd as object).config.cardinalityLimit, 2_000_000);
  }
});
