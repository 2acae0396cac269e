/** What cannot be read costs its metric only, and one line says so. */
import test from 'ava';
import type { ResourceMetrics } from '../../core/otel';
import { promClientSource, type PromClientRegistry } from '../../src/prom-client';
import { NAMES, load } from './libraries';
import { silentLogger } from './lines';
import { familiesOf, familiesOfText } from './samples';

function namesOf(collected: unknown): string[] {
  const { scopeMetrics } = collected as ResourceMetrics;
  return scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
}

for (const name of NAMES) {
  const { Registry, Gauge, Counter, Histogram, Summary } = load(name);

  test(`${name}: collect() of each metric is called and waited for`, async (t) => {
    const registers = [new Registry()];
    new Gauge({
      name: 'sync',
      help: 'h',
      registers,
      collect() {
        this.set(1);
      },
    });
    const collect = async function (this: { set(value: number): void }): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve));
      this.set(2);
    };
    new Gauge({ name: 'later', help: 'h', registers, collect });
    const source = promClientSource(registers);
    const values = (collected: unknown): unknown[] =>
      Object.values(familiesOf(collected)).flatMap((one) => Object.values(one));
    t.deepEqual(values(source.collectNow!(source.provider())), [1, 0]);
    t.deepEqual(values(await source.collect(source.provider())), [1, 2]);
  });

  test(`${name}: collect() that throws, rejects or hangs costs its metric only, and is told once`, async (t) => {
    const registers = [new Registry()];
    const lines: string[] = [];
    let calls = 0;
    const collects = {
      throws: () => {
        throw new Error('boom');
      },
      rejects: () => Promise.reject(new Error('bang')),
      hangs: () => {
        calls++;
        return new Promise(() => undefined);
      },
    };
    for (const [metric, collect] of Object.entries(collects))
      new Gauge({ name: metric, help: 'h', registers, collect });
    new Gauge({ name: 'works', help: 'h', registers });
    const source = promClientSource(registers, {
      logger: silentLogger((line) => lines.push(line)),
      collectTimeoutMs: 20,
    });
    for (let i = 0; i < 3; i++) t.deepEqual(namesOf(await source.collect(source.provider())), ['works']);
    t.is(calls, 1);
    t.is(lines.length, 3, lines.join('\n'));
    t.regex(lines[0]!, /metric "throws": its collect\(\) has failed: boom/);
    t.regex(lines.join(), /metric "hangs": its collect\(\) has not ended after 20 ms/);
  });

  test(`${name}: a registry of an unknown shape is read by getMetricsAsJSON()`, async (t) => {
    const registry = new Registry();
    new Counter({ name: 'c', help: 'h', registers: [registry], labelNames: ['a'] }).inc({ a: 'x' }, 2);
    new Histogram({ name: 'h', help: 'h', registers: [registry] }).observe(2);
    new Summary({ name: 's', help: 'h', registers: [registry] }).observe(2);
    const lines: string[] = [];
    const source = promClientSource(
      { getMetricsAsJSON: () => registry.getMetricsAsJSON() },
      { logger: silentLogger((line) => lines.push(line)) },
    );
    t.deepEqual(familiesOf(await source.collect(source.provider())), familiesOfText(await registry.metrics()));
    await source.collect(source.provider());
    t.is(lines.length, 1);
  });
}

// @platformatic/prom-client puts its own method into each metric, so that a class of the app cannot have another one.
for (const name of NAMES.filter((one) => !one.startsWith('@platformatic'))) {
  const { Registry, Gauge, Counter, Histogram, Summary } = load(name);

  test(`${name}: a metric with a get() of the app's own is read by it`, async (t) => {
    const registry = new Registry();
    registry.setDefaultLabels({ d: 'default' });
    const common = { help: 'h', registers: [registry], labelNames: ['a'] };
    const lines: string[] = [];
    for (const [i, Class] of [Counter, Gauge, Histogram, Summary].entries()) {
      class Own extends Class {
        override get(): unknown {
          return super.get();
        }
      }
      const metric = new Own({ ...common, name: `m${i}` });
      if (i < 2) metric.inc({ a: 'x' }, 2);
      else metric.observe({ a: 'x' }, 2);
    }
    const source = promClientSource(registry, { logger: silentLogger((line) => lines.push(line)) });
    const first = (await source.collect(source.provider())) as ResourceMetrics;
    t.deepEqual(familiesOf(first), familiesOfText(await registry.metrics()));
    const second = (await source.collect(source.provider())) as ResourceMetrics;
    const attributes = ({ scopeMetrics }: ResourceMetrics): unknown =>
      scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.attributes;
    t.is(attributes(first), attributes(second));
    t.is(lines.length, 1, lines.join('\n'));
  });
}

test('what is no registry is told, and the others are read', async (t) => {
  const lines: string[] = [];
  const logger = silentLogger((line) => lines.push(line));
  const { Registry, Gauge } = load('prom-client');
  const registry = new Registry();
  new Gauge({ name: 'g', help: 'h', registers: [registry] });
  const some = promClientSource([undefined as unknown as PromClientRegistry, registry], { logger });
  t.deepEqual(namesOf(await some.collect(some.provider())), ['g']);
  const none = promClientSource(undefined as unknown as PromClientRegistry, { logger });
  t.throws(() => none.provider(), { message: /pass one, such as "register"/ });
  t.is(lines.length, 2);
});
