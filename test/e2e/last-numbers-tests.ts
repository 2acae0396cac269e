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

/** How long PM2 waits for the end of a process, on a busy machine. */
const PATIENCE_MS = 60_000;
/**
 * PM2 kills some after 100 or 300 ms, in which a busy machine may not let them run at all. Such a process has lost its numbers
 * once it has ended for so long, and the same end is tried again, so many times at the most.
 */
const LOST_MS = 3000;
const TRIES = 10;
const isHurried = ({ way }: Kind): boolean => way.options?.['kill_timeout'] !== undefined;

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
      const tries = new Map<Kind, number>();
      while (all.length > 0) {
        for (const { kind, ...found } of await endSome(pm2, instance as Instance, all.splice(0, AT_ONCE))) {
          tries.set(kind, (tries.get(kind) ?? 1) + 1);
          if (isHurried(kind) && (tries.get(kind) ?? 0) <= TRIES) all.push(kind);
          else wrong.push(found);
        }
      }
      t.deepEqual(wrong, []);
    });
  });
}

/** @returns those of which the numbers did not arrive */
async function endSome(pm2: Pm2, instance: Instance, kinds: readonly Kind[]): Promise<Wrong[]> {
  await pm2.start(
    ...kinds.map(({ way, mode, source }) => ({
      name: nameOf({ way, mode, source }),
      script: SCRIPT,
      exec_mode: mode,
      autorestart: false,
      kill_timeout: PATIENCE_MS,
      ...way.options,
      env: { END: way.end, COLLECT: source, EXPORTER: join(PROJECT, 'dist/src') },
    })),
  );
  const apps = await Promise.all(
    kinds.map(async (kind) => ({ ...kind, kind, app: (await pm2.ready(nameOf(kind), 1))[0] as Instance })),
  );
  // With its second answer, a process has noted that the first one has arrived.
  for (let round = 0; round < 2; round++) await askAll(instance, apps);
  for (const { way, app } of apps) {
    if (way.first === 'counts') await app.ask('count');
    if (way.first === 'inside') await app.ask('end');
    else pm2.call('stopProcessId', app.id).catch(() => undefined);
  }
  const got = new Map<number, Packet>();
  /** Since when, by id. */
  const ended = new Map<number, number>();
  await until('the last numbers', async () => {
    for (const packet of await instance.ask<Packet[]>('take')) {
      const { topic, from, data } = packet;
      const isNewer = data.generation > (got.get(Number(from))?.data.generation ?? 0);
      if (topic === 'lastMetrics' && isNewer) got.set(Number(from), packet);
    }
    for (const { id, status } of await pm2.list())
      if (status === 'stopped' && !ended.has(id)) ended.set(id, Date.now());
    const isLost = (id: number): boolean => Date.now() - (ended.get(id) ?? Infinity) > LOST_MS;
    const isOver = apps.every(
      ({ app, kind }) => valueOf(got.get(app.id)) === 600 || (isHurried(kind) && isLost(app.id)),
    );
    return isOver || undefined;
  }).catch(() => undefined);
  await sleep(100);
  const wrong = apps
    .map(({ kind, app }) => ({
      kind,
      app,
      name: nameOf(kind),
      value: valueOf(got.get(app.id)),
      token: got.get(app.id)?.token,
    }))
    .filter(({ value, token, app }) => value !== 600 || token !== `token of ${app.id}`)
    .map(({ kind, name, value, token }) => ({ kind, name, value, token }));
  await Promise.all(apps.map(({ app }) => pm2.call('deleteProcessId', app.id).catch(() => undefined)));
  return wrong;
}

/** Resolves once each of them has answered. */
async function askAll(instance: Instance, apps: readonly { readonly app: Instance }[]): Promise<void> {
  const asker = new Asker(instance);
  await asker.forget();
  const ask = { data: { v: 2, form: 'snapshot' }, pid: instance.pid };
  for (const { app } of apps) await asker.send(app.id, { packet: { ...ask, token: `token of ${app.id}` } });
  const answered = new Set<number>();
  await until('all answers', async () => {
    for (const { topic, from } of await instance.ask<Packet[]>('take')) {
      if (topic === 'returnMetrics') answered.add(Number(from));
    }
    return apps.every(({ app }) => answered.has(app.id)) || undefined;
  });
}

interface Wrong {
  readonly kind: Kind;
  readonly name: string;
  readonly value: number | undefined;
  readonly token: string | undefined;
}

interface Packet {
  readonly topic: string;
  readonly from: string;
  readonly token?: string;
  readonly data: { readonly generation: number; readonly payload: string; readonly pid: number };
}

function valueOf(packet: Packet | undefined): number | undefined {
  return packet && [...read(decodeSnapshot(packet.data.payload)).values()][0]?.[1];
}
