import test from 'ava';
import type * as httpModule from 'node:http';
import type { PmxMetricsConfig } from '../../../src/config/config';
import { BUILD_NAMES, startChild, withChild, type Child } from '../process-with-io';
import type { Host } from '../process-with-io-host';

/** The default of the original exporter. */
const EVERYTHING: PmxMetricsConfig = {
  v8: true,
  runtime: true,
  network: { upload: true, download: true },
  http: true,
  eventLoop: true,
};
const HEAP = ['Heap Size', 'Heap Usage', 'Used Heap Size'];
const LOOP = ['Active handles', 'Active requests', 'Event Loop Latency', 'Event Loop Latency p95'];
const HTTP = ['HTTP', 'HTTP Mean Latency', 'HTTP P95 Latency'];
const HTTPS = ['HTTPS', 'HTTPS Mean Latency', 'HTTPS P95 Latency'];
const NETWORK = ['Network In', 'Network Out'];
const USUAL = [...HEAP, ...LOOP, ...HTTP, ...HTTPS];

/** For each configuration the probes that are then shown. */
const CASES: readonly (readonly [title: string, config: PmxMetricsConfig, shown: readonly string[]])[] = [
  ['nothing', {}, USUAL],
  ["PM2's own default", { v8: true, runtime: true, network: false, http: true, eventLoop: true }, USUAL],
  ["the original's default", EVERYTHING, [...USUAL, ...NETWORK]],
  ['no feature at all', { v8: false, runtime: false, network: false, http: false, eventLoop: false }, []],
  ['no HTTP', { http: false }, [...HEAP, ...LOOP]],
  ['a part of the network', { network: { upload: true } }, [...USUAL, 'Network Out']],
  ['a part of the event loop', { eventLoop: { eventLoopActive: true, eventLoopDelay: false } }, without('Event Loop')],
  [
    'a part of the heap, as documented',
    { v8: { heap_total_size: false } },
    USUAL.filter((name) => name !== 'Heap Size'),
  ],
  [
    'a part of the heap, as coded',
    { v8: { used_heap_size: false, heap_used_percent: false } },
    without('Used', 'Usage'),
  ],
];

for (const build of BUILD_NAMES) {
  test.serial(`${build}: metrics are switched as configured, and back, without trace`, async (t) => {
    await withChild(build, async (child) => {
      // As in any server. Some builds wait for these modules to be loaded, others do not.
      await child.run((host) => {
        host.require('http');
        host.require('https');
      });
      await child.run(helpers);
      await child.run((host) => host.io().metric({ name: 'mine' }).set(1));
      const before = await state(child);
      t.deepEqual(before.probes, [...USUAL, 'mine'].sort());
      for (const [title, config, shown] of CASES) {
        for (let time = 0; time < 2; time++) {
          const during = await child.run((host, argument) => {
            const undo = host.src().applyPmxMetrics(host.io(), argument, host.logger);
            Object.assign(host.kept, { undo });
            return current();
          }, config);
          t.deepEqual(during.probes, [...shown, 'mine'].sort(), title);
          t.deepEqual(during.listeners, before.listeners, title);
          await child.run((host) => {
            const { undo } = host.kept as unknown as { undo: () => void };
            undo();
            undo();
          });
          t.deepEqual(await state(child), before, `${title}, undone`);
        }
      }
      t.deepEqual(
        (await child.run((host) => host.log)).filter((line) => !line.startsWith('debug')),
        [],
      );
    });
  });

  test.serial(`${build}: metrics that are on as configured are not touched`, async (t) => {
    await withChild(build, async (child) => {
      const touched = await child.run((host) => {
        host.require('http');
        const { metrics } = host.io().metricService;
        const before = new Map(metrics);
        const config = { v8: true, runtime: true, network: false, http: true, eventLoop: true };
        const undo = host.src().applyPmxMetrics(host.io(), config, host.logger);
        const same = (): boolean => [...metrics].every(([name, metric]) => before.get(name) === metric);
        const during = same();
        undo();
        return [!during, !same(), metrics.size !== before.size];
      });
      t.deepEqual(touched, [false, false, false]);
    });
  });

  test.serial(`${build}: what is switched on measures, and what is switched off is shown as gone`, async (t) => {
    await withChild(build, async (child) => {
      await child.run(serve);
      await child.run(request, 30);
      await child.run(wait, 1100);
      await child.nextSent();
      t.is(typeof child.monitor['HTTP Mean Latency']?.value, 'number');
      await child.run((host) => {
        const config = { http: false, v8: { used_heap_size: false }, network: true };
        const undo = host.src().applyPmxMetrics(host.io(), config, host.logger);
        Object.assign(host.kept, { undo });
      });
      await child.run(request, 30);
      await child.run(wait, 1100);
      const sent = await child.nextSent();
      t.true(Number(sent['Network In']?.value) > 0);
      t.true(Number(sent['Network Out']?.value) > 0);
      t.is(sent['Network In']?.unit, 'kb/s');
      t.true(Number(sent['Heap Usage']?.value) > 0);
      for (const name of [...HTTP, 'Used Heap Size']) {
        t.false(name in sent, name);
        t.is(child.monitor[name]?.value, '-', name);
      }
      await child.run((host) => (host.kept as unknown as { undo: () => void }).undo());
      await child.run(request, 30);
      await child.run(wait, 6000);
      const after = await child.nextSent();
      t.true(Number(after['HTTP']?.value) > 0);
      t.true(Number(after['Used Heap Size']?.value) > 0);
      t.false('Network In' in after);
      t.is(child.monitor['Network In']?.value, '-');
    });
  });

  test.serial(`${build}: wrappers of others around the HTTP server stay where they are`, async (t) => {
    const child = await startChild(build);
    try {
      const seen = await child.run((host) => {
        host.require('http');
        const { Server } = host.require('http') as { Server: { prototype: Record<string, unknown> } };
        const feature = host.io().featureManager.get('metrics').get('http') as unknown as Feature;
        interface Feature {
          destroy(): void;
          hooks?: unknown;
        }
        // Make it an @pm2/io that was configured without HTTP metrics: only then do we switch them on.
        feature.destroy();
        feature.hooks = undefined;
        for (const name of ['HTTP', 'HTTP Mean Latency', 'HTTP P95 Latency']) {
          host.io().metricService.metrics.delete(name);
          host.io().metricService.metrics.delete(name.replace('HTTP', 'HTTPS'));
        }
        const plain = Server.prototype['emit'];
        const depth = (): number => {
          let count = 0;
          for (let emit = Server.prototype['emit'] as { __original?: unknown }; emit.__original; count++) {
            emit = emit.__original;
          }
          return count;
        };
        const on = (): (() => void) => host.src().applyPmxMetrics(host.io(), { http: true }, host.logger);
        const shown = (): boolean => host.io().metricService.metrics.has('HTTP');
        on()();
        const clean = Server.prototype['emit'] === plain;
        const undo = on();
        const wrapped = Server.prototype['emit'] as (...args: unknown[]) => unknown;
        const others = function (this: unknown, ...args: unknown[]): unknown {
          return wrapped.apply(this, args);
        };
        Server.prototype['emit'] = Object.assign(others, { __original: wrapped, __unwrap: () => 'not to be called' });
        undo();
        const depths = [depth()];
        const visible = [shown()];
        for (let i = 0; i < 3; i++) {
          const again = on();
          visible.push(shown());
          again();
          depths.push(depth());
        }
        return { clean, kept: Server.prototype['emit'] === (others as unknown), depths, visible };
      });
      t.deepEqual(seen, { clean: true, kept: true, depths: [2, 2, 2, 2], visible: [false, true, true, true] });
    } finally {
      child.end();
    }
  });
}

test.serial('without an @pm2/io of PM2 all metrics can be switched on, and off again', async (t) => {
  await withChild(undefined, async (child) => {
    await child.run(helpers);
    await child.run((host) => void host.src().acquireIo(host.logger));
    const before = await state(child);
    t.deepEqual(before.probes, []);
    const during = await child.run((host, config) => {
      const pmx = host.src().startPmx({ pmxMetrics: config, maxProbes: 10, logger: host.logger });
      Object.assign(host.kept, { pmx });
      return current();
    }, EVERYTHING);
    t.deepEqual(during.probes, [...USUAL, ...NETWORK].sort());
    t.deepEqual(during.listeners, before.listeners);
    await child.run((host) => (host.kept as unknown as { pmx: { stop(): void } }).pmx.stop());
    t.deepEqual(await state(child), before);
  });
});

test.serial('a build without switches costs a warning per setting and nothing else', async (t) => {
  await withChild('PM2 7', async (child) => {
    const log = await child.run((host) => {
      const { metricService } = host.io();
      const bare = { metric: () => ({ set: () => undefined }), metricService };
      const config = { v8: false, http: false, eventLoop: true };
      host.src().applyPmxMetrics(bare, config, host.logger)();
      return host.log.filter((line) => line.startsWith('warn'));
    });
    const remedy = 'Remove the setting, or use PM2 5, 6 or 7';
    t.deepEqual(log, [
      'warn pmxMetrics.http has no effect: this build of @pm2/io cannot switch its metrics. ' + remedy,
      'warn pmxMetrics.v8 has no effect: this build of @pm2/io cannot switch its metrics. ' + remedy,
    ]);
  });
});

interface State {
  readonly probes: string[];
  readonly listeners: Record<string, number>;
  readonly timers: string[];
  readonly patches: (string | number)[];
}

/** Defined in the child by {@link helpers}. */
declare function current(): State;

function state(child: Child): Promise<State> {
  return child.run(() => current());
}

function helpers(host: Host): void {
  const depth = (holder: object, name: string): number => {
    let count = 0;
    for (let method = Reflect.get(holder, name) as { __original?: object }; method.__original; count++) {
      method = method.__original;
    }
    return count;
  };
  Object.assign(globalThis, {
    current: () => {
      const [http, https] = ['http', 'https'].map((name) => host.require(name) as { Server: { prototype: object } });
      const { Socket } = host.require('net') as { Socket: { prototype: object } };
      return {
        probes: [...host.io().metricService.metrics.keys()].sort(),
        listeners: host.listeners(),
        timers: host.timers(),
        patches: [
          depth(http!.Server.prototype, 'emit'),
          depth(https!.Server.prototype, 'emit'),
          depth(Socket.prototype, 'read'),
          depth(Socket.prototype, 'write'),
        ],
      };
    },
  });
}

/** An HTTP server in the child, with a client of one connection. */
async function serve(host: Host): Promise<void> {
  const http = host.require('http') as typeof httpModule;
  const server = http.createServer((req, res) => {
    req.resume();
    req.on('end', () => setTimeout(() => res.end('x'.repeat(10_000)), 2));
  });
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = server.address() as { port: number };
  Object.assign(host.kept, { client: { port, agent } });
}

async function request(host: Host, times: number): Promise<void> {
  const http = host.require('http') as typeof httpModule;
  const { client } = host.kept as unknown as { client: { port: number; agent: never } };
  for (let i = 0; i < times; i++) {
    await new Promise<void>((resolve, reject) => {
      const req = http.request({ ...client, method: 'POST' }, (res) => void res.resume().on('end', resolve));
      req.on('error', reject);
      req.end('y'.repeat(10_000));
    });
  }
}

function wait(_host: Host, ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function without(...parts: readonly string[]): string[] {
  return USUAL.filter((name) => !parts.some((part) => name.includes(part)));
}
