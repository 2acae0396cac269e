/** An app that calls `process.removeAllListeners('message')` ended the answers to requests, and nothing said so. */
import { dirname } from 'node:path';
import test from 'ava';
import type * as libraryModule from '../../src/index';
import { RpcServer } from '../core/pm2/rpc-server';
import { runAsInstance } from '../in-child/instance';
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
