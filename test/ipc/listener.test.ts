/** Listening in processes with an IPC channel, as PM2's daemon has one to its apps. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createPm2Home } from '../../scripts/lib/pm2-home';
import type * as listenerModule from '../../src/ipc/listener';
import { runInChild } from '../in-child/run';
import { until, untilEqual } from '../support/until';

const GOOD = { topic: 'getMetrics', from: '4', data: null };

test('a process that only listens comes to its end by itself', async (t) => {
  const ended = await runInChild(
    ({ load, tell }) => {
      const { listenForRequests } = load('src/ipc/listener') as typeof listenerModule;
      listenForRequests(() => undefined, console);
      tell(process.connected);
    },
    undefined,
    { channel: true },
  );
  t.like(ended, { code: 0, told: [true], output: '' });
});

test('an app of a real PM2 that only listens comes to its end by itself', async (t) => {
  const pm2 = await createPm2Home();
  t.teardown(() => pm2.close());
  const script = join(__dirname, '..', 'fixtures', 'apps', 'listens.js');
  const app = {
    name: 'listens',
    script,
    cwd: join(__dirname, '..', '..'),
    exec_mode: 'fork',
    pmx: false,
    autorestart: false,
  };
  writeFileSync(join(pm2.folder, 'ecosystem.json'), JSON.stringify({ apps: [app] }));
  await pm2.command('start', join(pm2.folder, 'ecosystem.json'));
  await until('the end of the app', async () => {
    const [{ pm2_env: env } = { pm2_env: undefined }] = (await pm2.call('getMonitorData')) as {
      pm2_env?: { status: string };
    }[];
    return env?.status === 'stopped' ? true : undefined;
  });
  const logs = join(pm2.home, 'logs');
  const written = (): string =>
    readdirSync(logs)
      .map((file) => readFileSync(join(logs, file), 'utf8'))
      .join('');
  // PM2 may write it after it has seen the end.
  await untilEqual(t, written, 'listening\n');
});

test('requests are heard until the listening is ended, and other messages do no harm', async (t) => {
  const messages = [null, 5, 'getMetrics', [], {}, { topic: 'other' }, { topic: 'getMetrics' }, GOOD];
  const ended = await runInChild(
    ({ load, tell }) => {
      const { listenForRequests } = load('src/ipc/listener') as typeof listenerModule;
      const note = (text: string): void => tell(text);
      const logger = { debug: note, info: note, warn: note, error: note };
      const { stop } = listenForRequests((request) => tell(request), logger);
      const { stop: stopThrowing } = listenForRequests(
        () => {
          throw new Error('of no interest');
        },
        { ...logger, debug: (text) => tell(`${text.slice(0, 17)}!`) },
      );
      process.on('message', function own(message) {
        if (message !== 'end') return;
        stop();
        stop();
        stopThrowing();
        tell(process.listenerCount('message'));
        process.off('message', own);
      });
      tell('ready');
    },
    undefined,
    {
      channel: true,
      onTold: (value, child) => {
        if (value !== 'ready') return;
        for (const message of [...messages, 'end', GOOD]) child.send(message as never);
      },
    },
  );
  const malformed = 'Ignored a malformed request for metrics: "from" is undefined, expected the pm_id of the asker';
  const request = { recipient: { pmId: 4 }, form: { kind: 'plain' } };
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(ended.told, ['ready', malformed, 'Ignored a malform!', request, 'Ignored an IPC me!', 1]);
});

test("an app's own listener keeps working, and keeps its process alive", async (t) => {
  let endedEarly = true;
  const ended = await runInChild(
    ({ load, tell }) => {
      const { listenForRequests } = load('src/ipc/listener') as typeof listenerModule;
      listenForRequests(() => undefined, console);
      process.on('message', function own(message) {
        tell(message);
        process.off('message', own);
      });
      tell('ready');
    },
    undefined,
    {
      channel: true,
      onTold: (value, child) => {
        if (value !== 'ready') return;
        void sleep(1000).then(() => {
          endedEarly = child.exitCode !== null;
          child.send('hello');
        });
      },
    },
  );
  t.false(endedEarly);
  t.like(ended, { code: 0, told: ['ready', 'hello'], output: '' });
});

test('starting and stopping, in any order with others, leaves listeners and channel as they were', async (t) => {
  const ended = await runInChild(
    ({ load, tell }) => {
      const { listenForRequests } = load('src/ipc/listener') as typeof listenerModule;
      const start = (): (() => void) => listenForRequests(() => undefined, console).stop;
      const own = (): void => undefined;
      const state = () => [process.listenerCount('message'), process.getActiveResourcesInfo().sort().join()];
      // Reported at the end, since writing opens handles of its own.
      const pairs: unknown[] = [];
      const before = state();
      for (let i = 0; i < 20; i++) start()();
      pairs.push([before, state()]);
      process.on('message', own);
      const alone = state();
      for (let i = 0; i < 20; i++) start()();
      pairs.push([alone, state()]);
      const stop = start();
      process.off('message', own);
      process.on('message', own);
      stop();
      pairs.push([alone, state()]);
      const stopLast = start();
      process.off('message', own);
      stopLast();
      pairs.push([before, state()]);
      tell(pairs);
    },
    undefined,
    { channel: true },
  );
  t.like(ended, { code: 0, output: '' });
  const pairs = ended.told[0] as [unknown, unknown][];
  t.is(pairs.length, 4);
  for (const [before, after] of pairs) t.deepEqual(after, before);
  t.notDeepEqual(pairs[0]?.[0], pairs[1]?.[0]);
});

test('nothing breaks where the channel is closed, or where there never was one', async (t) => {
  for (const channel of [true, false]) {
    const ended = await runInChild(
      ({ load, tell }) => {
        const { listenForRequests } = load('src/ipc/listener') as typeof listenerModule;
        const { stop } = listenForRequests(() => undefined, console);
        if (process.connected) process.disconnect();
        setImmediate(() => {
          stop();
          listenForRequests(() => undefined, console).stop();
          tell(process.listenerCount('message'));
        });
      },
      undefined,
      { channel },
    );
    t.like(ended, { code: 0, told: [0], output: '' });
  }
});
