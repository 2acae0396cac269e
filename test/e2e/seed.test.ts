/** The script in the documentation of the original exporter, with only its port and period changed. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { freePort } from '../../scripts/lib/ports';
import { METRICS_SERVER, PROJECT } from '../support/built';
import { mashroomApp } from '../support/mashroom';
import { withPm2 } from '../support/pm2';
import { renderedInHost } from '../support/rendered';
import { until } from '../support/until';

const DOCUMENT = resolve(PROJECT, '..', 'shared', 'seed', 'mashroom-monitoring-pm2-exporter.md');
const SERIALIZER = '@opentelemetry/exporter-prometheus';

function extractScript(document: string, port: number): string {
  const script = /```javascript\n([\s\S]*?)```/.exec(document)?.[1];
  if (!script?.includes('PrometheusSerializer')) throw new Error('The document has no such script');
  const changed = script.replace('= 15050', `= ${port}`).replace('}, 10000);', '}, 500);');
  if (!changed.includes(String(port)) || !changed.includes('}, 500);')) throw new Error('Port or period not found');
  return changed;
}

if (existsSync(DOCUMENT)) {
  test("the original's metrics.js serves what each instance has collected, and the metrics server the same", async (t) => {
    await withPm2(7, async (pm2) => {
      const port = await freePort();
      writeFileSync(join(pm2.folder, 'metrics.js'), extractScript(readFileSync(DOCUMENT, 'utf8'), port));
      symlinkSync(join(PROJECT, 'node_modules'), join(pm2.folder, 'node_modules'));
      const server = await mashroomApp(pm2, { instances: 2, exporter: { intervalMs: 1000 }, kept: 40 });
      const own = await freePort();
      await pm2.start(
        server,
        { name: 'metrics_collector', script: join(pm2.folder, 'metrics.js'), exec_mode: 'fork' },
        { name: 'metrics', script: METRICS_SERVER, exec_mode: 'fork', env: { PM2_METRICS_PORT: String(own) } },
      );

      for (const host of await pm2.ready('mashroom', 2)) {
        const text = await until('metrics of the instance', async () => {
          const served = await fetchText(`http://127.0.0.1:${port}/metrics/${host.id}`);
          return (await renderedInHost(host, SERIALIZER)).includes(served) ? served : undefined;
        });
        t.regex(text, /^odd_gauge\{value="not a number".*\} NaN$/m);
        t.regex(text, /^odd_gauge\{value="without end".*\} \+Inf$/m);
        // They ask at different moments: wait until both have asked for the same collection.
        const same = await until('the same from both', async () => {
          const paths = [port, own].map((each) => `http://127.0.0.1:${each}/metrics/${host.id}`);
          const [theirs, ours] = await Promise.all(paths.map(fetchText));
          return theirs === ours ? ours : undefined;
        });
        t.regex(same, /^odd_gauge\{value="not a number".*\} NaN$/m);
      }
    });
  });
} else {
  test("the original's metrics.js", (t) => {
    t.log(`Left out: there is no ${DOCUMENT} to take it from.`);
    t.pass();
  });
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  return response.text();
}
