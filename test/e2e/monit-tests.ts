/** What `pm2 monit` shows of queries: the values at PM2's daemon, and the rows in a terminal. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { PROJECT } from '../support/built';
import { PACKAGES, type Instance, type Pm2 } from '../support/pm2';
import { withTerminal } from '../support/terminal';
import { until } from '../support/until';

type Monitor = Instance['monitor'];

/**
 * Starts the app and has it serve. The names and units of its rows are then the same each time.
 * @param metrics in place of its own `mashroomMetrics`
 */
export async function startRoutes(pm2: Pm2, name = 'routes', metrics?: readonly unknown[]): Promise<Instance> {
  const script = join(PROJECT, 'test/fixtures/apps/routes.js');
  const env = metrics === undefined ? {} : { METRICS: JSON.stringify(metrics) };
  await pm2.start({ name, script, exec_mode: 'fork', env });
  const [app] = await pm2.ready(name, 1);
  if (app === undefined) throw new Error('There is no instance');
  await app.ask('flush');
  await app.ask('serve', { route: '/checkout', seconds: 5, times: 10 });
  await app.ask('serve', { route: '/checkout', status: 503, seconds: 0.05, times: 2 });
  await app.ask('serve', { route: '/', seconds: 0.5, times: 100 });
  await app.ask('serve', { route: '/a', status: 500, seconds: 0.05, times: 3 });
  await app.ask('serve', { route: '/b', status: 500, seconds: 0.05 });
  await app.ask('flush');
  return app;
}

const shown = (monitor: Monitor, name: string): string | undefined => {
  const probe = monitor[name];
  return probe && (probe.unit === undefined ? `${probe.value}` : `${probe.value} ${probe.unit}`);
};

export async function valuesAtTheDaemon(t: ExecutionContext, pm2: Pm2, app: Instance): Promise<void> {
  const monitor = async (): Promise<Monitor> => (await pm2.instance(app.id)).monitor;
  const first = await until('the rows', async () => {
    const now = await monitor();
    return now['fails …'] === undefined ? undefined : now;
  });
  const exact = ['p95', 'loop', 'memory', 'slow 1', 'slow 2', 'slow …', 'fails 1', 'fails 2', 'fails …', 'max'];
  t.deepEqual(Object.fromEntries(exact.map((name) => [name, shown(first, name)])), {
    p95: '4.78 s',
    loop: '12.3 ms',
    memory: '45.3 MB',
    'slow 1': '9.46 s /checkout',
    'slow 2': '955 ms /',
    'slow …': '95 ms other',
    'fails 1': '3 /a',
    'fails 2': '2 /checkout',
    'fails …': '1 other',
    max: '5 s http.ser….request.duration',
  });
  const rates = ['req/s', 'err/s'].map((name) => Number(first[name]?.value) * (first[name]?.unit === 'k' ? 1000 : 1));
  t.true(rates[0]! > rates[1]! && rates[1]! > 0, String(rates));

  await app.ask('flush');
  const second = await until('that nothing was recorded', async () => {
    const now = await monitor();
    return now['p95']?.value === '-' ? now : undefined;
  });
  const quiet = ['req/s', 'err/s', 'p95', 'slow 1', 'slow …', 'fails …', 'loop'];
  t.deepEqual(Object.fromEntries(quiet.map((name) => [name, shown(second, name)])), {
    'req/s': '0',
    'err/s': '0',
    p95: '-',
    'slow 1': '-',
    'slow …': '-',
    'fails …': '0 other',
    loop: '12.3 ms',
  });
  t.deepEqual(ownNames(second), ownNames(first));
}

/** Rows of the configuration's entries. PM2 shows its own ones as they come. */
function ownNames(monitor: Monitor): string[] {
  return Object.keys(monitor)
    .filter((name) => /^(req\/s|err\/s|p95|loop|memory|max|slow .*|fails .*)$/.test(name))
    .sort();
}

/** As many rows that all probes have a place in the box. */
const ROWS = 120;

export async function rowsInTerminal(t: ExecutionContext, pm2: Pm2, columns: number): Promise<void> {
  const program = join(PROJECT, 'node_modules', PACKAGES[pm2.version], 'bin/pm2');
  const command = [process.execPath, program, 'monit'];
  await withTerminal(
    { folder: pm2.folder, command, columns, rows: ROWS, env: { PM2_HOME: pm2.home } },
    async (screen) => {
      const box = await until(`the rows at ${columns} columns`, async () => {
        const text = await screen();
        const lines = text
          .slice(text.indexOf('Custom Metrics'))
          .split('\n')
          .map((line) => line.slice(1, Math.floor(0.3 * columns) - 1).trim());
        return lines.some((line) => line.includes('fails …')) ? lines : undefined;
      });
      const row = (name: string): string => {
        const line = box.find((one) => one.startsWith(`${name} `)) ?? '';
        return line.replaceAll(/\s+/g, ' ');
      };
      const isWide = columns >= 160;
      t.is(row('p95'), 'p95 4.78 s');
      t.is(row('loop'), 'loop 12.3 ms');
      t.is(row('memory'), 'memory 45.3 MB');
      t.is(row('slow 1'), `slow 1 9.46 s${isWide ? ' /checkout' : ''}`);
      t.regex(row('slow 2'), /^slow 2 955 ms/);
      t.regex(row('fails 1'), /^fails 1 3/);
      t.regex(row('req/s'), /^req\/s \d/);
      t.regex(row('err/s'), /^err\/s \d/);
      t.regex(row('max'), isWide ? /^max 5 s http\.ser…\.request\.duration$/ : /^max 5 s/);
    },
  );
}
