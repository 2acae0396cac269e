/** What a process has counted until its end reaches the program that asks it for metrics, whichever way it ends. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestFn } from 'ava';
import { decodeSnapshot } from '../../core/wire/decode';
import { Asker } from '../support/asker';
import { built, PROJECT } from '../support/built';
import { withPm2, type Instance, type Pm2, type Pm2Version } from '../support/pm2';
import { until } from '../support/until';
import { read } from '../core/encoder/collections';

const SCRIPT = join(__dirname, '..', 'fixtures', 'apps', 'counts.js');
const ASKER = join(__dirname, '..', 'support', 'host', 'asker.js');

type Mode = 'fork' | 'cluster';

interface Way {
  readonly end: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** `counts` where the app counts before the end begins, `inside` where it then begins the end itself. */
  readonly first: 'nothing' | 'counts' | 'inside';
  /** Where its source answers by a promise, the numbers are lost. */
  readonly needsNow?: true;
  readonly modes?: readonly Mode[];
}

const stopped = (end: string, options = {}): Way => ({ end, options, first: 'nothing', needsNow: true });
const stoppedLater = (end: string, options = {}): Way => ({ end, options, first: 'counts' });
const inside = (end: string): Way => ({ end, first: 'inside', needsNow: true });

const WAYS: readonly Way[] = [
  stoppedLater('no handler'),
  stoppedLater('a short time to end', { kill_timeout: 100 }),
  stoppedLater('a handler that never exits', { kill_timeout: 300 }),
  stoppedLater('shutdown by message, not handled', { shutdown_with_message: true, kill_timeout: 300 }),
  { ...stoppedLater('signal-exit'), needsNow: true },
  stopped('an async handler'),
  stopped('a handler that exits at once'),
  stopped('shutdown by message', { shutdown_with_message: true }),
  stopped('wait for ready', { wait_ready: true, listen_timeout: 10_000 }),
  // In cluster mode the channel keeps a process alive.
  { end: 'natural end', options: { pmx: false }, first: 'inside', modes: ['fork'] },
  inside('process.exit'),
  inside('an exception'),
  { end: 'stop, and go on', first: 'inside' },
];

/** The number of apps that run at the same time. */
const AT_ONCE = 8;
const MODES: readonly Mode[] = ['fork', 'cluster'];
const SOURCES = ['now', 'promise'] as const;

interface Kind {
  readonly way: Way;
  readonly mode: Mode;
  readonly source: (typeof SOURCES)[number];
}

const nameOf = ({ way, mode, source }: Kind): string => `${way.end}, ${mode}, ${source}`.replaceAll(/\W+/g, '-');

export function lastNumbersTests(test: TestFn, version: Pm2Version): void {
  test(`PM2 ${version}: the last numbers of a process arrive, whichever way it ends`, async (t) => {
    t.timeout(600_000);
    await built();
    await withPm2(version, async (pm2) => {
      await pm2.start({ name: 'asker', script: ASKER, exec_mode: 'fork' });
      const [instance] = await pm2.ready('asker', 1);
      const all = SOURCES.flatMap((source) =>
        WAYS.filter(({ needsNow }) => source === 'now' || needsNow !== true).flatMap((way) =>
          (way.modes ?? MODES).map((mode) => ({ way, mode, source })),
        ),
      );
      const wrong: unknown[] = [];
      while (all.length > 0) wrong.push(...(await endSome(pm2, instance as Instance, all.splice(0, AT_ONCE))));
      t.deepEqual(wrong, []);
    });
  });
}

/** @returns those of which the numbers did not arrive */
async function endSome(pm2: Pm2, instance: Instance, kinds: readonly Kind[]): Promise<unknown[]> {
  const asker = new Asker(instance);
  await pm2.start(
    ...kinds.map(({ way, mode, source }) => ({
      name: nameOf({ way, mode, source }),
      script: SCRIPT,
      exec_mode: mode,
      autorestart: false,
      ...way.options,
      env: { END: way.end, COLLECT: source, EXPORTER: join(PROJECT, 'dist/src') },
    })),
  );
  const apps = await Promise.all(
    kinds.map(async (kind) => ({ ...kind, app: (await pm2.ready(nameOf(kind), 1))[0] as Instance })),
  );
  await asker.forget();
  const ask = { data: { v: 2, form: 'snapshot' }, pid: instance.pid };
  for (const { app } of apps) await asker.send(app.id, { packet: { ...ask, token: `token of ${app.id}` } });
  await asker.take(apps.length);
  for (const { way, app } of apps) {
    if (way.first === 'counts') await app.ask('count');
    if (way.first === 'inside') await app.ask('end');
    else pm2.call('stopProcessId', app.id).catch(() => undefined);
  }
  const got = new Map<number, Packet>();
  await until('the last numbers', async () => {
    for (const packet of await instance.ask<Packet[]>('take')) {
      const { topic, from, data } = packet;
      const isNewer = data.generation > (got.get(Number(from))?.data.generation ?? 0);
      if (topic === 'lastMetrics' && isNewer) got.set(Number(from), packet);
    }
    return apps.every(({ app }) => valueOf(got.get(app.id)) === 600) ? true : undefined;
  }).catch(() => undefined);
  await sleep(100);
  const wrong = apps
    .map((kind) => ({
      name: nameOf(kind),
      value: valueOf(got.get(kind.app.id)),
      ...identity(got.get(kind.app.id)),
      kind,
    }))
    .filter(({ value, token, kind: { app } }) => value !== 600 || token !== `token of ${app.id}`)
    .map(({ name, value, token }) => ({ name, value, token }));
  await Promise.all(apps.map(({ app }) => pm2.call('deleteProcessId', app.id).catch(() => undefined)));
  return wrong;
}

interface Packet {
  readonly topic: string;
  readonly from: string;
  readonly token?: string;
  readonly data: { readonly generation: number; readonly payload: string; readonly pid: number };
}

const identity = (packet: Packet | undefined) => ({ token: packet?.token });

function valueOf(packet: Packet | undefined): number | undefined {
  return packet && [...read(decodeSnapshot(packet.data.payload)).values()][0]?.[1];
}
