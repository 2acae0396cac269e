import test from 'ava';
import * as fc from '../../support/properties';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { HistogramValue, ResourceMetrics } from '../../../core/otel';
import type { Snapshot } from '../../../core/snapshot';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { PageCache } from '../../../workers/page-cache';
import { plainJson } from '../../../workers/plain-form';
import { decodePayload, type KnownPage } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { PrometheusText } from '../../../server/workers/exposition/instance/prometheus-text';
import { collectText } from '../../support/collected-text';
import { sequences } from './metric-sequences';

type Serializable = Parameters<PrometheusSerializer['serialize']>[0];

const serializer = new PrometheusSerializer();

function official(data: unknown): string {
  return serializer.serialize(data as Serializable);
}

function throughJson(snapshot: Snapshot, cache: PageCache): unknown {
  cache.use(snapshot);
  // Twice, as PM2's daemon parses and writes it again on its way.
  return JSON.parse(JSON.stringify(JSON.parse(plainJson(snapshot, cache))));
}

async function roundTrips(sequence: readonly ResourceMetrics[], maxSeries: number): Promise<void> {
  const encoder = new SnapshotEncoder({ maxSeries });
  const cache = new PageCache();
  const text = new PrometheusText();
  const received = new Map<number, KnownPage>();
  const receiverCache = new PageCache();
  for (const [step, data] of sequence.entries()) {
    const { snapshot, problems } = await encoder.encode({ data, time: step, intervalMs: 1, collectMs: 0 });
    if (problems.length > 0) throw new Error(problems.join('; '));
    const expected = official(data);
    same(official(throughJson(snapshot, cache)), expected, `reply of step ${step}`);
    const differences: string[] = [];
    const rendered = collectText(text, snapshot, (difference) => differences.push(difference));
    // Series that are joined or left out, and bounds that are put in order, are not as the official serializer writes them.
    if (differences.length === 0 && !hasOddBounds(data))
      same(...comparable(rendered, valid(expected)), `text of step ${step}`);
    const have = [...received.keys()].map((id) => [id, id] as const);
    const { snapshot: decoded, pages } = decodePayload(encodeSnapshot(snapshot, have), { known: received });
    for (const [id, page] of pages) received.set(id, page);
    same(official(throughJson(decoded, receiverCache)), expected, `wire form of step ${step}`);
  }
}

function hasOddBounds({ scopeMetrics }: ResourceMetrics): boolean {
  const points = scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(({ dataPoints }) => dataPoints));
  return points.some(({ value }) => {
    const { boundaries = [] } = (value as Partial<HistogramValue> | null)?.buckets ?? {};
    // A count behind the bound +Infinity is not in the official text.
    return boundaries.includes(Infinity) || boundaries.some((bound) => Number.isNaN(bound) || bound === -Infinity);
  });
}

/**
 * The official text with one HELP, UNIT and TYPE per name: those of the first family that has series, to which the lines of
 * the others are put. It stands where the first family of its type stood.
 */
function valid(text: string): string {
  const [resource = '', ...blocks] = text.split(/^(?=# HELP )/m).slice(0);
  const groups = new Map<string, { readonly type: string; text: string; index: number }>();
  const inOrder = [...blocks.entries()].sort(([, a], [, b]) => Number(hasSeries(b)) - Number(hasSeries(a)));
  for (const [index, block] of inOrder) {
    const head = /^(?:# .*\n)+/.exec(block)?.[0] ?? '';
    const [, name = '', type = ''] = /# TYPE (\S+) (\S+)\n$/.exec(head) ?? [];
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { type, text: block, index });
    else if (group.type === type) {
      group.index = Math.min(group.index, index);
      group.text += block.slice(head.length);
    }
  }
  const texts = [...groups.values()].sort((a, b) => a.index - b.index).map((group) => group.text);
  // Parsers refuse a last line without its end.
  return (resource + texts.join('')).replace(/# no registered metrics$/, '$&\n');
}

function hasSeries(block: string): boolean {
  return /^[^#\n]/m.test(block);
}

/** Leaves the labels out of those lines whose labels the official serializer makes invalid. */
function comparable(actual: string, expected: string): [string, string] {
  const actualLines = actual.split('\n');
  const expectedLines = expected.split('\n');
  for (const [i, line] of expectedLines.entries()) {
    const other = actualLines[i] ?? '';
    // A label that clashes in the buckets has its other name in the count and sum too.
    if (line.startsWith('#') || (hasValidLabels(line) && !/[{,]exported_/.test(other))) continue;
    if (!hasValidLabels(other)) throw new Error(`invalid labels: ${other}`);
    expectedLines[i] = withoutLabels(line);
    actualLines[i] = withoutLabels(other);
  }
  return [actualLines.join('\n'), expectedLines.join('\n')];
}

function hasValidLabels(line: string): boolean {
  const labels = /\{(.*)\}/s.exec(line)?.[1] ?? '';
  const names = Array.from(labels.matchAll(/(?:^|,)([^",=]*)="(?:[^"\\]|\\.)*"/g), ([, name]) => name ?? '');
  return new Set(names).size === names.length && names.every((name) => /^[a-zA-Z_]\w*$/.test(name));
}

function withoutLabels(line: string): string {
  return line.replace(/\{.*\}/s, '{}');
}

function same(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what} differs:\n--- expected\n${expected}\n--- actual\n${actual}`);
}

test('whatever is collected renders the same after encoding, in the plain form and in the wire form', async (t) => {
  await fc.assert(
    fc.asyncProperty(sequences, (sequence) => roundTrips(sequence, 1_000_000)),
    { numRuns: 300, includeErrorInReport: true },
  );
  t.pass();
});
