/** What `pm2 monit` shows: the values at PM2's daemon, and the rows in a terminal. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { DEFAULT_METRICS } from '../../src/config/default-metrics';
import { PROJECT } from '../support/built';
import { PACKAGES, type Instance, type Pm2 } from '../support/pm2';
import { withTerminal } from '../support/terminal';
import { until } from '../support/until';

type Monitor = Instance['monitor'];

interface Routes {
  readonly name?: string;
  /** In place of the app's own configuration. */
  readonly config?: object;
  /** Names of further metrics. */
  readonly gauges?: readonly string[];
}

/** Starts the app and has it serve. The names and units of its rows are then the same each time. */
export async function startRoutes(pm2: Pm2, { name = 'routes', ...given }: Routes = {}): Promise<Instance> {
  const script = join(PROJECT, 'test/fixtures/apps/routes.js');
  await pm2.start({ name, script, exec_mode: 'fork', env: { ROUTES: JSON.stringify(given) } });
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
const ROWS = 200;

/** @param look gets the lines of the box again and again, until it returns something */
async function untilInTerminal<T>(
  pm2: Pm2,
  columns: number,
  look: (box: readonly string[]) => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const program = join(PROJECT, 'node_modules', PACKAGES[pm2.version], 'bin/pm2');
  const command = [process.execPath, program, 'monit'];
  const options = { folder: pm2.folder, command, columns, rows: ROWS, env: { PM2_HOME: pm2.home } };
  return withTerminal(options, (screen) =>
    until(`the rows at ${columns} columns`, async () => {
      const text = await screen();
      const box = text
        .slice(text.indexOf('Custom Metrics'))
        .split('\n')
        .map((line) => line.slice(1, Math.floor(0.3 * columns) - 1).trim());
      return look(box);
    }),
  );
}

export async function rowsInTerminal(t: ExecutionContext, pm2: Pm2, columns: number): Promise<void> {
  const isWide = columns >= 160;
  const expected = {
    p95: /^p95 4\.78 s$/,
    loop: /^loop 12\.3 ms$/,
    memory: /^memory 45\.3 MB$/,
    'slow 1': isWide ? /^slow 1 9\.46 s \/checkout$/ : /^slow 1 9\.46 s$/,
    'slow 2': /^slow 2 955 ms/,
    'fails 1': /^fails 1 3/,
    'fails …': /^fails … /,
    'req/s': /^req\/s \d/,
    'err/s': /^err\/s \d/,
    max: isWide ? /^max 5 s http\.ser…\.request\.duration$/ : /^max 5 s/,
  };
  // A screen may be half drawn.
  await untilInTerminal(pm2, columns, (box) => {
    for (const [name, text] of Object.entries(expected)) {
      const row = (box.find((one) => one.startsWith(`${name} `)) ?? '').replaceAll(/\s+/g, ' ');
      if (!text.test(row)) throw new Error(`the row of ${name} is '${row}'`);
    }
    return true;
  });
  t.pass();
}

/** What is shown, the gauges that the app has for it, and how many rows there are at least. */
const SELECTIONS: Readonly<Record<string, Pick<Routes, 'config' | 'gauges'> & { readonly least: number }>> = {
  'the metrics that a Mashroom server shows by default': {
    config: { mashroomMetrics: DEFAULT_METRICS },
    gauges: DEFAULT_METRICS.filter((entry) => typeof entry === 'string'),
    least: DEFAULT_METRICS.length,
  },
  'names of metrics, one of them a histogram with attributes': {
    config: { mashroomMetrics: ['http.server.request.duration', 'memory', 'nodejs.eventloop.delay.p99'] },
    least: 8,
  },
  'a glob': {
    config: { mashroomMetrics: ['*'] },
    gauges: ['shop.orders.open', 'shop.orders.paid', 'shop.stock.ratio'],
    least: 8,
  },
};

/** For each selection: waits until each of its rows has its value. */
export async function allHaveValues(pm2: Pm2, columns: number): Promise<void> {
  await forEachSelection(pm2, 'short', async (app, least) => {
    await untilInTerminal(pm2, columns, async (box) => {
      const rows = await rowsOf(pm2, app);
      const missing = rows.filter(isWithoutValue(box)).map(([name]) => name);
      if (rows.length < least || missing.length > 0) {
        throw new Error(`${rows.length} rows of at least ${least}; without values: ${missing.join(', ')}`);
      }
      return true;
    });
  });
}

/** @returns by selection how many rows there are without their values, where metrics have their full names */
export async function withoutValues(pm2: Pm2, columns: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  await forEachSelection(pm2, 'full', async (app, _least, selection) => {
    const isShown = (name: string) => (line: string) => line.startsWith(name.slice(0, 6));
    found[selection] = await untilInTerminal(pm2, columns, async (box) => {
      const rows = await rowsOf(pm2, app);
      const areShown = rows.length > 2 && rows.every(([name]) => box.some(isShown(name)));
      return areShown ? rows.filter(isWithoutValue(box)).length : undefined;
    });
  });
  return found;
}

async function forEachSelection(
  pm2: Pm2,
  names: 'short' | 'full',
  check: (app: Instance, least: number, selection: string) => Promise<void>,
): Promise<void> {
  for (const [index, [selection, { config, gauges = [], least }]] of Object.entries(SELECTIONS).entries()) {
    const app = await startRoutes(pm2, { name: `rows-${index}`, config: { ...config, probes: { names } }, gauges });
    await check(app, least, selection);
    await pm2.delete(`rows-${index}`);
  }
}

type ShownRow = readonly [name: string, row: Monitor[string]];

/** PM2's own rows begin with capital letters. */
async function rowsOf(pm2: Pm2, app: Instance): Promise<readonly ShownRow[]> {
  return Object.entries((await pm2.instance(app.id)).monitor).filter(([name]) => !/^[A-Z]/.test(name));
}

const isWithoutValue =
  (box: readonly string[]) =>
  ([name, { value }]: ShownRow): boolean =>
    !box.some((line) => `${line} `.replaceAll(/\s+/g, ' ').startsWith(`${name} ${String(value)} `));
