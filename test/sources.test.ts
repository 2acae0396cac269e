/** Several sources in a process that PM2 seems to have started: what `pm2 monit` shows of them. */
import test from 'ava';
import type * as libraryModule from '../src/index';
import { runAsInstance } from './in-child/instance';

test('the metrics of all sources are shown, those with usual names by default, also while one source hangs', async (t) => {
  const ended = await runAsInstance(t, async ({ load, tell }, data) => {
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    let calls = 0;
    /** A collection of one counter by that name. */
    const of = (name: string): never => {
      const text = JSON.stringify(data).replaceAll(/"(c|test)"/g, JSON.stringify(name));
      return JSON.parse(text.replace('"value":1', `"value":${calls}`)) as never;
    };
    const hanging = (): never =>
      ++calls === 1 ? of('process_resident_memory_bytes') : (new Promise(() => 0) as never);
    const exporter = startPm2Exporter({
      intervalMs: 100,
      // On a busy machine the interval would stretch, with a line.
      maxCollectLoad: 1,
      collect: () => of('http.server.active_requests'),
      sources: [hanging, { provider: () => process, collect: () => of('http_requests_total') }, () => of('my_own')],
    });
    const { metricService } = (globalThis as Record<symbol, unknown>)[Symbol.for('@pm2/io')] as {
      metricService: { metrics: Map<string, { implementation: { val(): unknown } }> };
    };
    const valueOf = (name: string): unknown => metricService.metrics.get(name)?.implementation.val();
    // Once the deadline of the source that hangs has passed, nothing waits for it any more.
    while (valueOf('active') !== 2) await new Promise((resolve) => setTimeout(resolve, 20));
    tell([...['active', 'memory', 'my_own'].map(valueOf), typeof valueOf('req/s')]);
    await exporter.stop();
  });
  t.deepEqual(ended.told, [[2, 1, null, 'number']], ended.output);
  t.is(ended.code, 0);
  t.regex(ended.output, /^\[pm2-exporter\] Collecting the metrics of "sources\[0\]" does not work, so its last .*\n$/);
});
