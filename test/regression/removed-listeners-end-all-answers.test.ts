/** An app that calls `process.removeAllListeners('message')` ended the answers to requests, and nothing said so. */
import { dirname } from 'node:path';
import test from 'ava';
import type * as libraryModule from '../../src/index';
import type * as listenerModule from '../../src/ipc/listener';
import { RpcServer } from '../core/pm2/rpc-server';
import { runAsInstance } from '../in-child/instance';
import { runInChild } from '../in-child/run';
import { until } from '../support/until';

test('requests are answered again from the next interval on', async (t) => {
  const server = new RpcServer();
  await server.start();
  t.teardown(() => server.remove());
  const { address } = server;
  let answered: Promise<unknown> | undefined;
  const ended = await runAsInstance(
    t,
    async ({ load, tell }, data) => {
      const { startPm2Exporter } = load('src/index') as typeof libraryModule;
      let collected = (): void => undefined;
      const collection = () => new Promise<void>((resolve) => (collected = resolve));
      const exporter = startPm2Exporter({ collect: () => (collected(), data as never), intervalMs: 100 });
      const alive = setInterval(() => undefined, 1000);
      await collection();
      process.removeAllListeners('message');
      const told = new Promise<void>((resolve) => {
        process.on('message', function own(message) {
          if (message !== 'end') return;
          process.off('message', own);
          resolve();
        });
      });
      // An interval looks after its listener before it collects.
      await collection();
      tell('ask');
      await told;
      clearInterval(alive);
      await exporter.stop();
    },
    {
      env: { PM2_HOME: address.kind === 'path' ? dirname(address.path) : '' },
      onTold: (_, child) => {
        child.send({ topic: 'getMetrics', from: '4', data: null });
        answered = until('an answer', () => server.received[0]).finally(() => child.send('end'));
      },
    },
  );
  t.is(ended.code, 0, ended.output);
  t.like(await answered, { id: 4, topic: 'returnMetrics', from: '0' });
});

test('listening goes on after the app has removed all listeners, and the process still ends by itself', async (t) => {
  const ended = await runInChild(
    ({ load, tell }) => {
      const { listenForRequests } = load('src/ipc/listener') as typeof listenerModule;
      const alive = setInterval(() => undefined, 1000);
      const listening = listenForRequests((request) => {
        clearInterval(alive);
        tell(request.recipient);
        listening.stop();
        tell([listening.renew(), process.listenerCount('message')]);
      }, console);
      tell(listening.renew());
      for (let i = 0; i < 3; i++) {
        process.removeAllListeners('message');
        tell([listening.renew(), listening.renew(), process.listenerCount('message')]);
      }
      tell('ready');
    },
    undefined,
    {
      channel: true,
      onTold: (value, child) => value === 'ready' && child.send({ topic: 'getMetrics', from: '4', data: null }),
    },
  );
  t.like(ended, { code: 0, output: '' });
  const renewed = [true, false, 1];
  t.deepEqual(ended.told, [false, renewed, renewed, renewed, 'ready', { pmId: 4 }, [false, 0]]);
});

test('a process whose listeners were removed ends by itself, whatever was done before', async (t) => {
  for (const order of ['renewed', 'removed', 'stopped']) {
    const ended = await runInChild(
      ({ load }, [order]) => {
        const { listenForRequests } = load('src/ipc/listener') as typeof listenerModule;
        const listening = listenForRequests(() => undefined, console);
        process.removeAllListeners('message');
        if (order === 'renewed') listening.renew();
        if (order === 'stopped') listening.stop();
      },
      [order] as const,
      { channel: true },
    );
    t.like(ended, { code: 0, output: '' }, order);
  }
});
