/** Builds of the two packages with different versions of the protocol, side by side. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { WIRE_VERSION } from '../../core/wire/format';
import { freePort } from '../../scripts/lib/ports';
import { root } from '../../test/package/packed';
import { withPm2, type App } from '../../test/support/pm2';
import { until } from '../../test/support/until';

/** In node_modules, where the bundles find their dependencies. */
const BUILDS = join(root, 'node_modules/.cache/protocol-versions');
const NEXT = WIRE_VERSION + 1;

const APP = `
const { startPm2Exporter } = require('./dist/src/index.js');
const dataPoints = [{ attributes: {}, startTime: [1, 0], endTime: [2, 0], value: 3 }];
const descriptor = { name: 'visits', description: '', unit: '', type: 'COUNTER', valueType: 1 };
const metric = { descriptor, dataPointType: 3, aggregationTemporality: 1, isMonotonic: true, dataPoints };
const scopeMetrics = [{ scope: { name: 'test' }, metrics: [metric] }];
startPm2Exporter({ collect: () => ({ resource: { attributes: {} }, scopeMetrics }) });
setInterval(() => {}, 1000);
`;

/** @returns the folder of a build whose two packages write and read this version only */
async function build(version: number): Promise<string> {
  const { bundle } = require('../../scripts/bundle') as {
    bundle(options: { to: string; plugins: readonly object[] }): Promise<void>;
  };
  const { ensureBuilt } = require('../../scripts/ensure') as { ensureBuilt(): void };
  ensureBuilt();
  const to = join(BUILDS, String(version));
  const declaration = `WIRE_VERSION = ${WIRE_VERSION}`;
  const transform = (code: string, id: string): string | undefined => {
    if (!/core[\\/]wire[\\/]format\.ts$/.test(id)) return undefined;
    if (!code.includes(declaration)) throw new Error(`${id} lacks "${declaration}"`);
    return code.replace(declaration, `WIRE_VERSION = ${version}`);
  };
  await bundle({ to, plugins: [{ name: 'wire-version', transform }] });
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, 'app.js'), APP);
  return to;
}

test.after.always(() => rmSync(BUILDS, { recursive: true, force: true }));

test('a server reads exporters with its version, and logs which app has another version and what to do', async (t) => {
  const [today, next] = [await build(WIRE_VERSION), await build(NEXT)];
  await withPm2(7, async (pm2) => {
    const ports = { today: await freePort(), next: await freePort() };
    const app = (name: string, folder: string): App => ({ name, script: join(folder, 'app.js'), exec_mode: 'fork' });
    const server = (name: keyof typeof ports, folder: string): App => ({
      name: `server-${name}`,
      script: join(folder, 'server/dist/src/main.js'),
      exec_mode: 'fork',
      env: { PM2_METRICS_PORT: String(ports[name]), PM2_METRICS_STATE_FILE: join(pm2.folder, `${name}.state`) },
    });
    await pm2.start(app('shop', today), app('store', next), server('today', today), server('next', next));
    const ids = new Map((await pm2.list()).map(({ name, id }) => [name, id]));

    for (const [name, read, other] of [
      ['today', 'shop', 'store'],
      ['next', 'store', 'shop'],
    ] as const) {
      const text = await until(`visits of ${read}`, async () => {
        const response = await fetch(`http://127.0.0.1:${ports[name]}/metrics`).catch(() => undefined);
        const body = (await response?.text()) ?? '';
        // The answer that cannot be read may come later.
        return body.includes('visits_total{') && body.includes(`pm2_up{pm2_app="${other}"`) ? body : undefined;
      });
      t.regex(text, new RegExp(`visits_total\\{.*pm2_app="${read}".*\\} 3`));
      t.notRegex(text, new RegExp(`visits_total\\{.*pm2_app="${other}"`));
      t.regex(text, new RegExp(`pm2_up\\{pm2_app="${other}",.*\\} 0`));
    }
    const told = (id: number | undefined, name: string, theirs: number, ours: number, advice: string): RegExp =>
      new RegExp(
        `${name}\\\\" \\(${id}\\) has no metrics: its answer cannot be read: it is in version ${theirs} of the ` +
          `protocol, and this server reads version ${ours}: ${advice}`,
      );
    const lines = [
      told(ids.get('store'), 'store', NEXT, WIRE_VERSION, 'update pm2-cluster-metrics'),
      told(
        ids.get('shop'),
        'shop',
        WIRE_VERSION,
        NEXT,
        'update @mashroom/mashroom-monitoring-pm2-exporter in that app',
      ),
    ];
    for (const line of lines) {
      await until(String(line), () => (line.test(pm2.logs()) ? true : undefined));
      t.is(
        pm2
          .logs()
          .split('\n')
          .filter((logged) => line.test(logged)).length,
        1,
      );
    }
  });
});
