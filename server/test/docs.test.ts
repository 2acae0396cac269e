/** The tables of docs/metrics-server.md match the code. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import { ownMetrics } from '../src/own-metrics';
import { ErrorCounts } from '../src/rounds/result';
import { DEFAULT_GAUGE_RULES } from '../workers/cluster';
import { round } from './rounds-by-hand';

const docs = readFileSync(resolve(__dirname, '../../docs/metrics-server.md'), 'utf8');

/** Cells of the table between the two comments of this name, without its head. */
function table(name: string): string[][] {
  const [, text = ''] = new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(docs) ?? [];
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** All text between backticks. */
function terms(cell = ''): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, term]) => term as string);
}

test('gauges are merged as documented, in that order', (t) => {
  const rules = table('gauges').flatMap(([merge, words]) =>
    terms(words).map((word) => ({ match: `?(*_)${word}?(_*)`, merge: terms(merge)[0] })),
  );
  t.deepEqual(rules, [...DEFAULT_GAUGE_RULES]);
});

test('the documented metrics of the server are its metrics', async (t) => {
  const options = { labels: { app: 'pm2_app', pmId: 'pm_id' }, monitor: true, since: 0, store: { writeErrors: 0 } };
  const metrics = ownMetrics(await round(), options).scopeMetrics.flatMap((scope) => scope.metrics);
  const expected = metrics.map(({ descriptor: { name, description }, isMonotonic }) => [
    `\`${name}\``,
    isMonotonic === true ? 'counter' : 'gauge',
    description,
  ]);
  t.deepEqual(table('own metrics'), expected);
});

test('the documented kinds of errors are those that are counted', (t) => {
  t.deepEqual(
    table('errors').map(([kind]) => terms(kind)[0]),
    Object.keys(new ErrorCounts().totals),
  );
});
