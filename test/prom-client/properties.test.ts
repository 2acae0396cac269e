/** Whatever an app does with a registry, the source shows what the registry's own text shows at that moment. */
import assert from 'node:assert/strict';
import test from 'ava';
import * as fc from '../support/properties';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import { PrometheusText } from '../../server/workers/exposition/instance/prometheus-text';
import { collectText } from '../support/collected-text';
import { promClientSource } from '../../src/prom-client';
import { NAMES, load, type Library, type Metric, type Registry } from './libraries';
import { familiesOf, familiesOfText, type Families } from './samples';

const KINDS = ['Counter', 'Gauge', 'Histogram', 'Summary'] as const;

const labels = fc.record(
  { a: fc.constantFrom<unknown>('x', 'y', 7, 0.5, true, null), b: fc.constantFrom('p', 'q', 'é "quoted"') },
  { requiredKeys: [] },
);
const value = fc.constantFrom(0, 1, 2.5, 1e21, 0.001);
const metric = fc.nat(5);

const operation = fc.oneof(
  fc.record({ do: fc.constant('create'), metric, kind: fc.constantFrom(...KINDS), labelled: fc.boolean() }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('record'), metric, labels, value }) },
  fc.record({ do: fc.constant('set'), metric, labels, value: fc.oneof(value, fc.constantFrom(-3, NaN, Infinity)) }),
  fc.record({ do: fc.constantFrom('zero', 'remove'), metric, labels }),
  fc.record({ do: fc.constantFrom('reset', 'removeMetric', 'register again'), metric }),
  fc.record({ do: fc.constantFrom('clear', 'resetAll', 'default labels', 'no default labels') }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('collect', 'collect now') }) },
);
type Operation = Readonly<{ do: string; metric?: number; kind?: (typeof KINDS)[number] } & Record<string, unknown>>;

class App {
  readonly registry: Registry;
  private readonly metrics = new Map<
    number,
    { readonly metric: Metric; readonly kind: string; readonly labelled: boolean }
  >();

  constructor(private readonly library: Library) {
    this.registry = new library.Registry();
  }

  /** What the library refuses has no effect. */
  tryTo(operation: Operation): void {
    try {
      this.act(operation);
    } catch {
      // Such as a name that is taken, or a label that the metric does not have.
    }
  }

  private act(operation: Operation): void {
    const { registry, metrics } = this;
    const index = operation.metric ?? 0;
    if (operation.do === 'create') this.create(index, operation);
    if (operation.do === 'clear') registry.clear();
    if (operation.do === 'resetAll') registry.resetMetrics();
    if (operation.do === 'default labels') registry.setDefaultLabels({ a: 'default', c: 1 });
    if (operation.do === 'no default labels') registry.setDefaultLabels({});
    const one = metrics.get(index);
    if (one === undefined) return;
    const own = { ...(one.labelled ? (operation['labels'] as object) : {}) };
    if (operation.do === 'record') this.record(one, own, operation['value'] as number);
    if (operation.do === 'set') one.metric.set(own, operation['value'] as number);
    if (operation.do === 'zero') one.metric.zero(own);
    if (operation.do === 'remove') one.metric.remove(own);
    if (operation.do === 'reset') one.metric.reset();
    if (operation.do === 'removeMetric') registry.removeSingleMetric(`m${index}`);
    if (operation.do === 'register again') registry.registerMetric(one.metric);
  }

  private create(index: number, { kind = 'Counter', labelled }: Operation): void {
    const labelNames = labelled === true ? ['a', 'b'] : [];
    const own =
      kind === 'Histogram' ? { buckets: [0.01, 1, 5] } : kind === 'Summary' ? { percentiles: [0.5, 0.9] } : {};
    const options = { name: `m${index}`, help: `help of ${index}`, registers: [this.registry], labelNames, ...own };
    const metric = new this.library[kind](options);
    this.metrics.set(index, { metric, kind, labelled: labelled === true });
  }

  private record({ metric, kind }: { metric: Metric; kind: string }, labels: object, value: number): void {
    if (kind === 'Counter' || kind === 'Gauge') metric.inc(labels, value);
    else metric.observe(labels, value);
  }
}

/** A family without series is not shown by the metrics server, and one process without a family has a `target_info`. */
function filled(families: Families): Families {
  const shown = Object.entries(families).filter(([head, samples]) => {
    return Object.keys(samples).length > 0 && !head.startsWith('target_info');
  });
  return Object.fromEntries(shown);
}

for (const name of NAMES) {
  test(`what is collected of ${name} is what its registry shows`, async (t) => {
    const library = load(name);
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 60 }), async (operations) => {
        const app = new App(library);
        const lines: unknown[] = [];
        const line = (text: string): unknown => lines.push(text);
        const source = promClientSource(app.registry, { logger: { debug: line, info: line, warn: line, error: line } });
        const encoder = new SnapshotEncoder({ maxSeries: 1000 });
        const text = new PrometheusText();
        /** What `/metrics/<pm_id>` of the metrics server shows. */
        const render = async (data: unknown): Promise<string> => {
          const collection = { data: data as ResourceMetrics, time: 0, intervalMs: 1, collectMs: 0 };
          const { snapshot, problems } = await encoder.encode(collection);
          assert.deepEqual(problems, []);
          return collectText(text, snapshot);
        };
        const check = async (now: boolean): Promise<void> => {
          const provider = source.provider();
          const collected = now ? source.collectNow!(provider) : await source.collect(provider);
          const expected = familiesOfText(await app.registry.metrics());
          assert.deepEqual(familiesOf(collected), expected);
          assert.deepEqual(filled(familiesOfText(await render(collected))), filled(expected));
        };
        for (const one of operations as Operation[]) {
          app.tryTo(one);
          if (one.do.startsWith('collect')) await check(one.do === 'collect now');
        }
        await check(false);
        assert.deepEqual(lines, []);
      }),
      { numRuns: 150, includeErrorInReport: true },
    );
    t.pass();
  });
}
