/** An app whose packages have extended `Object.prototype`, as some old ones do. */
import test from 'ava';
import type * as pmxModule from '../../src/pmx/pmx';
import { runInChild } from '../in-child/run';

test('an app with pmx: false that has extended Object.prototype gets its probes, and no traces', async (t) => {
  const ended = await runInChild(
    async ({ load, tell }) => {
      const { startPmx } = load('src/pmx/pmx') as typeof pmxModule;
      const added = { each: () => undefined, extra: 5, historic: 'no' };
      for (const [name, value] of Object.entries(added))
        Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true, writable: true });
      const pmxMetrics = { v8: true, runtime: true, network: true, http: true, eventLoop: true };
      const logger = { debug: () => undefined, info: tell, warn: tell, error: tell };
      const pmx = startPmx({ pmxMetrics, maxProbes: 10, logger });
      pmx.probes.show([{ name: 'mine', value: 42 }], 0);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const io = (globalThis as Record<symbol, unknown>)[Symbol.for('@pm2/io')] as {
        metricService: { metrics: Map<string, { value?: unknown; unit?: string }> };
      };
      tell([...io.metricService.metrics].map(([name, { value, unit }]) => [name, [value, unit]]));
      pmx.stop();
    },
    undefined,
    { channel: true, env: { PM2_HOME: '/nowhere', pm_id: '0' } },
  );
  t.deepEqual([ended.code, ended.output], [0, '']);
  t.is(ended.told.length, 1, JSON.stringify(ended.told));
  const probes = new Map(ended.told[0] as [string, unknown[]][]);
  t.deepEqual(probes.get('mine'), [42, null]);
  t.true(Number(probes.get('Used Heap Size')?.[0]) > 0, JSON.stringify([...probes]));
});
