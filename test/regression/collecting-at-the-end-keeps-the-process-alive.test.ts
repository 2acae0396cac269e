/**
 * A process with nothing left to do ends, also where its source needs turns of the event loop. Each time the event loop had
 * run dry the exporter collected, which made the event loop turn and run dry again, and so on for ever.
 */
import type * as promises from 'node:fs/promises';
import test from 'ava';
import type * as exporterModule from '../../src/exporter';
import type * as sourceModule from '../../src/collect/sources/source';
import { request } from '../end/ending-process';
import { RpcServer } from '../core/pm2/rpc-server';
import { runAsInstance } from '../in-child/instance';
import { until } from '../support/until';

test('a source that reads a file is collected once when the event loop has run dry', async (t) => {
  const server = new RpcServer();
  await server.start();
  t.teardown(() => server.remove());
  const { address } = server;
  const ended = await runAsInstance(
    t,
    ({ load, require, locate, tell }, data) => {
      const { startExporter } = load('src/exporter') as typeof exporterModule;
      const { functionSource } = load('src/collect/sources/source') as typeof sourceModule;
      const { readFile } = require('node:fs/promises') as typeof promises;
      const logger = { ...console, info: () => undefined, debug: () => undefined };
      let isDry = false;
      let collections = 0;
      const source = functionSource(async () => {
        await readFile(locate('src/exporter'));
        if (isDry && ++collections === 20) process.exit(1);
        return data;
      });
      startExporter(source, { intervalMs: 3_600_000 }, logger);
      const alive = setInterval(() => undefined, 1000);
      process.once('message', () => {
        process.once('message', () => clearInterval(alive));
      });
      process.on('beforeExit', () => (isDry = true));
      process.on('exit', () => tell(collections));
      tell('started');
    },
    {
      env: { PM2_DAEMON_RPC_PORT: address.kind === 'path' ? address.path : '' },
      onTold: (told, child) => {
        if (told !== 'started') return;
        child.send(request(5));
        void until('the answer', () => (server.received.length > 0 ? true : undefined)).then(() => child.send('end'));
      },
    },
  );
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(ended.told, ['started', 1]);
});
