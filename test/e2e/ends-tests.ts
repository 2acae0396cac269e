/**
 * The ends of processes: the same app with the exporter and without it, under one daemon. Exit codes, signals, the order of
 * the app's handlers and whether it lives on must be the same. A metrics server asks the exporters, so that they send it
 * their last numbers.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestFn } from 'ava';
import { freePort } from '../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../support/built';
import { withPm2, type App, type Pm2, type Pm2Version } from '../support/pm2';
import { until } from '../support/until';

const SCRIPT = join(__dirname, '..', 'fixtures', 'apps', 'ends.js');
const { ways } = require(SCRIPT) as { ways: readonly string[] };
const METRICS = 'metrics';
/** Added to a way: PM2's @pm2/io is not in the app then. */
const WITHOUT_PMX = ', pmx: false';
/** Where PM2's @pm2/io has a part in the end: it keeps processes alive, and hears errors, signals and the channel's end. */
const waysOfPmx = ['nothing', 'exit 7', 'throw', 'reject', 'disconnect', 'SIGINT, with a handler'];
export const waysWithoutPmx: readonly string[] = waysOfPmx.map((way) => `${way}${WITHOUT_PMX}`);
export { ways };

type Mode = App['exec_mode'];

/** What a way needs beside the app itself. */
interface Setting {
  readonly options?: Readonly<Record<string, unknown>>;
  /** What is done to the app once it has run for a while. */
  readonly act?: (pm2: Pm2, id: number, record: string) => Promise<unknown>;
}

const signal = (name: string): Setting => ({
  act: (pm2, id) => pm2.call('sendSignalToProcessId', { process_id: id, signal: name }),
});
const stop = (options = {}): Setting => ({ options, act: (pm2, id) => pm2.call('stopProcessId', id) });
const restart: Setting = { act: (pm2, id) => pm2.call('restartProcessId', { id, env: {} }) };

/** In PM2's place, which kills a process after a fixed time: on a busy machine it may not have got its signal by then. */
const stopAndKill: Setting = {
  async act(pm2, id, record) {
    const stopped = pm2.call('stopProcessId', id).catch(() => undefined);
    await until('its signal', () => notesIn(record).some((note) => note.startsWith('SIGINT')) || undefined);
    await sleep(IGNORED_MS);
    await pm2.call('sendSignalToProcessId', { process_id: id, signal: 'SIGKILL' });
    await stopped;
  },
};

function settingOf(way: string): Setting {
  if (way.endsWith(WITHOUT_PMX)) {
    const setting = settingOf(way.slice(0, -WITHOUT_PMX.length));
    return { ...setting, options: { ...setting.options, pmx: false } };
  }
  const [first = ''] = way.split(',');
  if (way === 'out of memory') return { options: { node_args: ['--max-old-space-size=64'] } };
  if (way === 'SIGINT, ignored') return stopAndKill;
  // Nothing else ends it than PM2, which kills it.
  if (way === 'stop by message') return stop({ shutdown_with_message: true, kill_timeout: 1600 });
  if (way === 'stop by message, with a handler') return stop({ shutdown_with_message: true });
  if (way === 'stop of a tree') return stop({ treekill: false });
  if (way === 'stop after ready') return stop({ wait_ready: true, listen_timeout: 10_000 });
  if (first === 'stop' || first === 'SIGINT') return stop();
  if (first === 'restart') return restart;
  if (first === 'reload')
    return { act: (pm2, id) => pm2.call('softReloadProcessId', { id, env: {} }).catch(() => undefined) };
  if (first === 'delete') return { act: (pm2, id) => pm2.call('deleteProcessId', id) };
  return /^SIG\w+$/.test(first) ? signal(first) : {};
}

/** The number of ways whose apps run at the same time. */
const AT_ONCE = 6;
/** After the slowest app has set up what its end needs: until the exporters have been asked for metrics. */
const SETTLE_MS = 2500;
/** @pm2/io looks every 3 s whether it alone keeps a process alive. */
const WATCH_MS = 7000;
/** How long the slower one of two apps may take to end. */
const PATIENCE_MS = 120_000;
/** How long PM2 waits for an app that ends by itself: shorter than a call waits for PM2. */
const KILL_MS = 20_000;
/** How long an app lives on that ignores its signal. */
const IGNORED_MS = 1600;

export function endsTests(test: TestFn, version: Pm2Version, of: readonly string[], modes: readonly Mode[]): void {
  test(`PM2 ${version}: ${of.length} kinds of ends are the same with the exporter and without it`, async (t) => {
    t.timeout(600_000);
    await built();
    await withPm2(version, async (pm2) => {
      mkdirSync(join(pm2.folder, 'ends'));
      const env = { PM2_METRICS_PORT: String(await freePort()) };
      await pm2.start({ name: METRICS, script: METRICS_SERVER, exec_mode: 'fork', env });
      const all = of.flatMap((way) => modes.map((mode) => ({ way, mode })));
      const differences: unknown[] = [];
      while (all.length > 0) differences.push(...(await compare(pm2, all.splice(0, AT_ONCE))));
      t.deepEqual(differences, []);
    });
  });
}

interface Kind {
  readonly way: string;
  readonly mode: Mode;
}

interface Twin {
  readonly name: string;
  readonly record: string;
}

/** @returns those that differ */
async function compare(pm2: Pm2, kinds: readonly Kind[]): Promise<unknown[]> {
  const differences: unknown[] = [];
  const pairs = kinds.map(({ way, mode }) => {
    const name = `${way.replaceAll(/\W+/g, '_')}-${mode}`;
    const twin = (of: string): Twin => ({ name: `${name}-${of}`, record: join(pm2.folder, 'ends', `${name}-${of}`) });
    return { way, mode, without: twin('without'), with: twin('with') };
  });
  const apps = pairs.flatMap(({ way, mode, ...pair }) =>
    (['without', 'with'] as const).map((which) => ({
      name: pair[which].name,
      script: SCRIPT,
      exec_mode: mode,
      autorestart: false,
      kill_timeout: KILL_MS,
      ...settingOf(way).options,
      env: {
        END: way.replace(WITHOUT_PMX, ''),
        RECORD: pair[which].record,
        ...(which === 'with' && { EXPORTER: join(PROJECT, 'dist/src') }),
      },
    })),
  );
  await pm2.start(...apps);
  const twins = pairs.flatMap((pair) => [pair.without, pair.with]);
  await until('all apps', () => twins.every(({ record }) => notesIn(record).length > 0) || undefined);
  await until('what all ends need', async () => {
    const online = (await pm2.list()).filter(({ status }) => status === 'online').map(({ name }) => name);
    return twins.every(({ name, record }) => existsSync(`${record}.up`) || !online.includes(name)) || undefined;
  });
  await sleep(SETTLE_MS);
  const ids = new Map((await pm2.list()).map(({ name, id }) => [name, id]));
  await Promise.all(
    pairs
      .flatMap(({ way, ...pair }) => [pair.without, pair.with].map((twin) => ({ way, ...twin })))
      .map(async ({ way, name, record }) => settingOf(way).act?.(pm2, ids.get(name) ?? -1, record)),
  );
  await sleep(WATCH_MS);
  for (const pair of pairs) {
    const state = async (twin: Twin): Promise<unknown> => stateOf(pm2, twin);
    const deadline = Date.now() + PATIENCE_MS;
    let expected = await state(pair.without);
    let found = await state(pair.with);
    while (JSON.stringify(found) !== JSON.stringify(expected) && Date.now() < deadline) {
      await sleep(500);
      expected = await state(pair.without);
      found = await state(pair.with);
    }
    if (JSON.stringify(found) === JSON.stringify(expected)) continue;
    differences.push({ way: pair.way, mode: pair.mode, with: found, without: expected });
  }
  const ended = (await pm2.list()).filter(({ name }) => name !== METRICS);
  await Promise.all(ended.map(({ id }) => pm2.call('deleteProcessId', id).catch(() => undefined)));
  return differences;
}

/** What has become of an app: the state in which PM2 has it, how its processes have ended, and its notes. */
async function stateOf(pm2: Pm2, { name, record }: Twin): Promise<object> {
  const { status = 'deleted', restarts = 0 } = (await pm2.list(name))[0] ?? {};
  const log = readFileSync(join(pm2.home, 'pm2.log'), 'utf8');
  const ends = [...log.matchAll(/App(?: name:| \[)(\S+?)(?: id:|:)(?:_old_)?\d+\]? (exited .*)/g)]
    .filter(([, app]) => app === name)
    .map(([, , end]) => end);
  return { status, restarts, ends, notes: notesIn(record) };
}

function notesIn(record: string): string[] {
  try {
    return readFileSync(record, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
