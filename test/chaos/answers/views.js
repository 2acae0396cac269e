'use strict';

/** Renders every view in every format, and reads all of it as strictly as the formats are written down. */
const { render } = require('../../../server/test/workers/exposition/rendered-snapshots');
const { parse } = require('../../../server/test/workers/exposition/parsed-text');
const { decode } = require('../../../server/test/workers/exposition/protobuf/decoded-protobuf');

const FORMATS = ['text', 'openmetrics', 'protobuf'];
/** No snapshot that is within the limits of these tries may take more. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * @param view `all`, `cluster` or `instance`
 * @returns by format: what stands at each series' name and labels. @throws Error if a strict scraper refuses it
 */
function seriesOf(exposition, view, snapshots) {
  return FORMATS.map((format) => {
    const request = { view: view === 'instance' ? 'instance' : 'all', snapshots, format };
    try {
      const { body } = render(exposition, request);
      if (body.length > MAX_BODY_BYTES) throw new Error(`${body.length} bytes`);
      return format === 'protobuf' ? ofMessages(body) : ofText(body.toString(), format);
    } catch (error) {
      error.message = `${view} as ${format}: ${error.message.slice(0, 300)}`;
      throw error;
    }
  });
}

/** By its name and labels: the type and the number of each series. */
function ofText(text, format) {
  const families = parse(format === 'text' ? withoutComments(text) : text, format);
  const series = families.flatMap(({ type, samples }) =>
    samples.map(({ name, labels, value }) => {
      if (format === 'openmetrics' && type !== 'gauge' && !isCount(name, value)) throw new Error(`${name} is ${value}`);
      return [JSON.stringify([name, [...labels].sort()]), `${type} ${value}`];
    }),
  );
  return new Map(series);
}

/** Sums may be any number. OpenMetrics has no counters and counts that are not a number or below zero. */
function isCount(name, value) {
  return name.endsWith('_sum') || value >= 0;
}

/**
 * As the parser takes it: units are comments in this format, and so is the line that says that there are no series. A series without a type,
 * which the format has, is here a gauge. Families without series have no samples.
 */
function withoutComments(text) {
  return text
    .replace(/(?<![^\n])# UNIT [^\n]*\n/g, '')
    .replace(/(?<![^\n])# no registered metrics\n$/, '')
    .replace(/(?<![^\n])# HELP [^\n]*\n# TYPE [^\n]*\n(?=# |$)/g, '')
    .replace(/(?<=(?<![^\n])# TYPE [^ \n]* )untyped\n/g, 'gauge\n');
}

function ofMessages(body) {
  const names = new Set();
  const series = new Map();
  for (const { name, type, metrics } of decode(body)) {
    if (names.has(name)) throw new Error(`family ${name} in two groups`);
    names.add(name);
    for (const { labels, ...numbers } of metrics) {
      const key = JSON.stringify([name, labels.filter(([, text]) => text !== '').sort()]);
      if (series.has(key)) throw new Error(`twice: ${key}`);
      const { positive = [], negative = [], ...others } = numbers.histogram ?? {};
      if (others.count >= 2 ** 53) throw new Error(`${name} has count ${others.count}`);
      series.set(key, JSON.stringify([type, { ...numbers, histogram: others }, [...positive], [...negative]]));
    }
  }
  return series;
}

module.exports = { FORMATS, seriesOf };
