import test from 'ava';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../support/until';
import { BUILD_NAMES, withChild } from './process-with-io';

const HANDLERS = ['uncaughtException', 'unhandledRejection', 'exit', 'message', 'SIGINT', 'SIGTERM'];

for (const build of BUILD_NAMES) {
  test.serial(`the @pm2/io that ${build} has injected is used as it is`, async (t) => {
    await withChild(build, async (child) => {
      const seen = await child.run((host) => {
        const injected = host.io();
        const before = JSON.stringify([host.listeners(), host.timers(), [...injected.metricService.metrics.keys()]]);
        const acquired = host.src().acquireIo(host.logger);
        const after = JSON.stringify([host.listeners(), host.timers(), [...host.io().metricService.metrics.keys()]]);
        return { same: acquired === injected && host.io() === injected, before, after, log: host.log };
      });
      t.true(seen.same);
      t.is(seen.after, seen.before);
      t.deepEqual(seen.log, []);
    });
  });
}

test.serial('without PM2 nothing is loaded', async (t) => {
  await withChild(
    undefined,
    async (child) => {
      const seen = await child.run((host) => ({
        io: host.src().acquireIo(host.logger) ?? null,
        loaded: Object.keys(host.require.cache).filter((path) => path.includes('@pm2')),
        log: host.log,
      }));
      t.deepEqual(seen, { io: null, loaded: [], log: [] });
    },
    { pm_id: '' },
  );
});

test.serial('@pm2/io is not loaded where PM2 has injected one', async (t) => {
  await withChild('PM2 7', async (child) => {
    const loaded = await child.run((host) => {
      host.src().startPmx({ pmxMetrics: {}, maxProbes: 1, logger: host.logger });
      return Object.keys(host.require.cache).filter((path) => path.includes('@pm2/io'));
    });
    t.deepEqual(loaded, []);
  });
});

test.serial('an app with pmx: false gets an @pm2/io that has nothing but probes', async (t) => {
  await withChild(undefined, async (child) => {
    const seen = await child.run((host, handlers) => {
      const count = (): number[] => handlers.map((name) => process.listenerCount(name));
      const before = count();
      const io = host.src().acquireIo(host.logger);
      const { ServiceManager } = host.require('@pm2/io/build/main/serviceManager') as {
        ServiceManager: { get(name: string): unknown };
      };
      return {
        before,
        after: count(),
        probes: [...host.io().metricService.metrics.keys()],
        timers: host.timers(),
        inspector: ServiceManager.get('inspector') ?? null,
        again: host.src().acquireIo(host.logger) === io,
        users: host.require('@pm2/io') === io,
      };
    }, HANDLERS);
    // The transport listens for actions.
    const messages = HANDLERS.indexOf('message');
    t.deepEqual(
      seen.after,
      seen.before.map((count, i) => count + Number(i === messages)),
    );
    t.deepEqual(seen.probes, []);
    t.deepEqual(seen.timers, ['every 990 ms']);
    t.is(seen.inspector, null);
    t.true(seen.again, 'it is found again');
    t.true(seen.users, "the app's own require() gets the same");
    await child.run((host) => {
      host.io().metric({ name: 'mine' }).set(3);
    });
    t.is((await child.nextSent())['mine']?.value, 3);
  });
});

test.serial('an app with pmx: false ends when it has nothing left to do', async (t) => {
  const { code, signal } = await runScript('startPmx(everything);');
  t.deepEqual({ code, signal }, { code: 0, signal: null });
});

test.serial('an app with pmx: false outlives the daemon', async (t) => {
  const script = `
    startPmx(everything).probes.show([{ name: 'a', value: 1 }], 0);
    process.once('disconnect', () => setTimeout(() => process.exit(7), 2500));
    process.disconnect();
  `;
  t.is((await runScript(script)).code, 7);
});

test.serial('an unknown build is left alone, with a warning', async (t) => {
  await withChild(undefined, async (child) => {
    const seen = await child.run((host) => {
      const key = Symbol.for('@pm2/io');
      const unknown = { metric: () => undefined };
      Object.assign(globalThis, { [key]: unknown });
      const pmx = host.src().startPmx({ pmxMetrics: { v8: true }, maxProbes: 10, logger: host.logger });
      pmx.probes.show([{ name: 'a', value: 1 }], 0);
      pmx.stop();
      return { same: host.io() === (unknown as unknown), log: host.log };
    });
    t.true(seen.same);
    t.deepEqual(seen.log, [
      'warn The @pm2/io of this process is an unknown build without metric() or metricService: pm2 monit shows no probes ' +
        'of the exporter. Use the @pm2/io of PM2 5, 6 or 7',
    ]);
  });
});

/** Starts it as PM2 starts an app with `pmx: false` in fork mode. */
function runScript(script: string): Promise<{ code: number | null; signal: string | null }> {
  const prelude = `
    const { startPmx } = require(${JSON.stringify(join(__dirname, '..', '..', 'src', 'pmx', 'pmx'))});
    const logger = { debug() {}, info() {}, warn: console.error, error: console.error };
    const pmxMetrics = { v8: true, runtime: true, network: true, http: true, eventLoop: true };
    const everything = { pmxMetrics, maxProbes: 10, logger };
  `;
  const child = spawn(process.execPath, ['--require=ts-node/register/transpile-only', '-e', prelude + script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, pm_id: '0', pmx: 'false' },
  });
  let ended: { code: number | null; signal: string | null } | undefined;
  child.once('exit', (code, signal) => (ended = { code, signal }));
  return until('the script', () => ended).finally(() => child.kill('SIGKILL'));
}
