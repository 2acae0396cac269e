'use strict';

/** A Mashroom server, started as its command line starts it, that takes commands of a test. */

const { readFileSync, existsSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { mashroomServerContextFactory } = require('@mashroom/mashroom');
const { serveControl } = require('./control');
const { addOddMetrics } = require('./odd-metrics');

const EXPORTER = 'Mashroom Monitoring PM2 Exporter';
const COLLECTOR = 'Mashroom Monitoring Metrics Collector Services';
/** Without these, a server that has just started does not take requests yet, or is not healthy. */
const ALWAYS_THERE = [EXPORTER, COLLECTOR, 'Shop'];
/** For a busy machine. */
const PATIENCE_MS = 100_000;

let workers = 0;
let workersEver = 0;
process.on('worker', (worker) => {
  workers++;
  workersEver++;
  worker.once('exit', () => workers--);
});

async function main() {
  const context = await mashroomServerContextFactory(process.env.SERVER_ROOT);
  await context.server.start();
  const stop = () => void context.server.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const plugin = (name) => context.pluginRegistry.plugins.find((candidate) => candidate.name === name);
  const services = () => context.pluginContextHolder.getPluginContext().services;
  const standIn = () => services().metrics?.standIn;
  await until(() => hasLoaded(context.pluginRegistry.plugins));
  await addOddMetrics(services().metrics.service);

  serveControl({
    plugins: () =>
      context.pluginRegistry.plugins.map(({ name, status, errorMessage }) => ({ name, status, errorMessage })),
    vitals: () => vitals(),
    /** The last collections of the stand-in, as the official serializer of a package renders them. */
    collected({ serializer }) {
      const { PrometheusSerializer } = require(serializer);
      return standIn().collected.map((metrics) => new PrometheusSerializer().serialize(metrics));
    },
    /** All metrics as other exporters get them, rendered by the official serializer of a package. */
    async resourceMetrics({ serializer }) {
      const { PrometheusSerializer } = require(serializer);
      return new PrometheusSerializer().serialize(await services().metrics.service.getOpenTelemetryResourceMetrics());
    },
    count({ name, times }) {
      for (let i = 0; i < times; i++) services().metrics.service.counter(name, 'Counts').inc(1, { kind: 'test' });
    },
    /** Requests one page after the other, each with its own path. */
    async visit({ pages }) {
      for (let i = 0; i < pages; i++) {
        await (await fetch(`http://127.0.0.1:${process.env.PORT}/visited/page-${i}`)).arrayBuffer();
      }
    },
    async addSickCallbacks() {
      const { service } = services().metrics;
      let calls = 0;
      await service.addObservableCallback(({ gauge }) => {
        gauge('throws', '').set(1);
        if (calls++ > 0) throw new Error('on demand');
      });
      await service.addObservableCallback(({ gauge }) => {
        gauge('hangs', '').set(1);
        return calls > 1 ? new Promise(() => undefined) : undefined;
      });
      service.histogram('odd_counter', 'A counter has this name').record(1);
    },
    /** Makes the stand-in fail in that way, or work again without a mode. Forgets what was collected before. */
    trouble({ mode }) {
      standIn().trouble = mode;
      standIn().collected = [];
    },
    reloadExporter: () => reload(context, plugin(EXPORTER)),
    async reloadCollector() {
      await reload(context, plugin(COLLECTOR));
      await addOddMetrics(services().metrics.service);
    },
    async removeCollector() {
      const folder = plugin(COLLECTOR).pluginPackage.pluginPackagePath;
      fire(context, 'packageRemoved', folder);
      await until(() => plugin(COLLECTOR) === undefined && services().metrics === undefined);
      return folder;
    },
    async addCollector({ folder }) {
      fire(context, 'packageAdded', folder);
      await until(() => plugin(COLLECTOR)?.status === 'loaded');
      await addOddMetrics(services().metrics.service);
    },
    /** The plugin of the other package may be known already, and refused for its name. */
    async replaceCollector({ removed, added }) {
      fire(context, 'packageRemoved', removed);
      await until(() => services().metrics === undefined);
      const isKnown = context.pluginRegistry.plugins.some((one) => one.pluginPackage.pluginPackagePath === added);
      fire(context, isKnown ? 'packageUpdated' : 'packageAdded', added);
      await until(() => services().metrics !== undefined);
    },
    async removeExporter() {
      const folder = plugin(EXPORTER).pluginPackage.pluginPackagePath;
      fire(context, 'packageRemoved', folder);
      await until(() => plugin(EXPORTER) === undefined);
      return folder;
    },
    async addExporter({ folder }) {
      fire(context, 'packageAdded', folder);
      await until(() => plugin(EXPORTER)?.status === 'loaded');
    },
    /** Passes the message to each listener but PM2's own, which throws at null; returns what they threw. */
    sayToListeners({ message }) {
      const thrown = [];
      for (const listener of process.listeners('message')) {
        try {
          listener(message);
        } catch (error) {
          if (!error.stack.includes('ProcessContainer')) thrown.push(error.stack);
        }
      }
      return thrown;
    },
    async loopDelay({ forMs }) {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      await sleep(forMs);
      delay.disable();
      return { maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 };
    },
    fetchStatus: async ({ path }) => (await fetch(`http://127.0.0.1:${process.env.PORT}${path}`)).status,
    exporterService: () => Object.keys(services().pm2Exporter ?? {}),
  });
}

/** A plugin that is refused for its name stays so. */
function hasLoaded(plugins) {
  const isLoaded = ({ status }) => status === 'loaded';
  const isRefused = ({ errorMessage }) => /^Duplicate plugin name/.test(errorMessage ?? '');
  return (
    ALWAYS_THERE.every((name) => plugins.some((one) => one.name === name && isLoaded(one))) &&
    plugins.every((one) => isLoaded(one) || isRefused(one))
  );
}

/** What Mashroom's scanner does when files of a watched package have changed. */
function fire(context, event, folder) {
  context.scanner._eventEmitter.emit(event, folder);
}

async function reload(context, plugin) {
  const before = plugin.lastReloadTs;
  // The time stamps that tell reloads apart have a resolution of 1 ms.
  await sleep(2);
  fire(context, 'packageUpdated', plugin.pluginPackage.pluginPackagePath);
  await until(() => plugin.lastReloadTs !== before && plugin.status === 'loaded');
}

async function until(condition) {
  for (const begin = performance.now(); !condition(); await sleep(5)) {
    if (performance.now() - begin > PATIENCE_MS)
      throw new Error(`Still not true after ${PATIENCE_MS} ms: ${condition}`);
  }
}

/** Numbers that a leak would raise. */
function vitals() {
  const listeners = {};
  for (const event of process.eventNames()) listeners[String(event)] = process.listenerCount(event);
  return {
    listeners,
    workers,
    workersEver,
    threads: existsSync('/proc/self/status')
      ? Number(/Threads:\s*(\d+)/.exec(readFileSync('/proc/self/status'))[1])
      : 0,
    resources: process.getActiveResourcesInfo().sort(),
    heapUsed: process.memoryUsage().heapUsed,
    rss: process.memoryUsage.rss(),
  };
}

void main();
