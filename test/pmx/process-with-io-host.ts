/** The child of `process-with-io.ts`: injects @pm2/io as PM2 does, then calls the functions that the test sends. */
import { join } from 'node:path';
import type * as acquireModule from '../../src/pmx/acquire-io';
import type { PmxIo, PmxMetricService } from '../../src/pmx/io';
import type * as metricsModule from '../../src/pmx/own-metrics/pmx-metrics';
import type * as pmxModule from '../../src/pmx/pmx';
import type * as probesModule from '../../src/pmx/probes';

/** `PmxIo` with the inner members that tests read. */
export interface Io extends PmxIo {
  readonly metricService: PmxMetricService & { readonly timer: { _onTimeout(): void } };
  readonly featureManager: { get(name: string): { get(name: string): Record<string, never> } };
  init(config?: object): void;
}

export interface Host {
  readonly require: NodeJS.Require;
  /** The injected @pm2/io, or ours. */
  io(): Io;
  /** Our modules; after `fresh()` new instances of them. */
  src(): Source;
  fresh(): void;
  readonly logger: Record<'debug' | 'info' | 'warn' | 'error', (message: string) => void>;
  /** All that was logged, with its level. */
  readonly log: string[];
  /** Objects that a test keeps between two calls. */
  readonly kept: Record<string, never>;
  listeners(): Record<string, number>;
  /** Running timers, by kind and period. */
  timers(): string[];
}

export type Source = typeof acquireModule & typeof metricsModule & typeof pmxModule & typeof probesModule;

const SRC = join(__dirname, '..', '..', 'src', 'pmx');
const log: string[] = [];
const intervals = trackIntervals();
const injected = process.env['PMX_BUILD'];
if (injected) {
  const { transport } = require(injected) as { transport: { autoExitHandle: NodeJS.Timeout } };
  // This timer stops listening for a moment every three seconds, to let a process end that has nothing left to do.
  clearInterval(transport.autoExitHandle);
}

const host: Host = {
  require,
  io: () => (globalThis as Record<symbol, unknown>)[Symbol.for('@pm2/io')] as Io,
  src() {
    const names = ['acquire-io', 'own-metrics/pmx-metrics', 'pmx', 'probes'];
    const modules = names.map((name) => require(join(SRC, name)) as Partial<Source>);
    return Object.assign({}, ...(modules as [])) as Source;
  },
  fresh() {
    for (const path of Object.keys(require.cache))
      if (path.startsWith(SRC)) Reflect.deleteProperty(require.cache, path);
  },
  logger: {
    debug: (message) => void log.push(`debug ${message}`),
    info: (message) => void log.push(`info ${message}`),
    warn: (message) => void log.push(`warn ${message}`),
    error: (message) => void log.push(`error ${message}`),
  },
  log,
  kept: {},
  listeners: () =>
    Object.fromEntries(process.eventNames().map((event) => [String(event), process.listenerCount(event)])),
  timers: () => [...intervals.values()].map((ms) => `every ${ms} ms`).sort(),
};

process.on('message', (packet: unknown) => {
  const { id, run, argument } = (packet ?? {}) as { id?: number; run?: string; argument?: unknown };
  if (run === undefined) return;
  const send = (answer: object): void => void process.send?.({ id, ...answer });
  Promise.resolve()
    .then(() => ((0, eval)(`(${run})`) as (host: Host, argument: unknown) => unknown)(host, argument))
    .then(
      (result) => send({ result }),
      (error: unknown) => send({ error: error instanceof Error ? error.stack : String(error) }),
    );
});
process.send?.({ ready: true });

function trackIntervals(): Map<unknown, number> {
  const running = new Map<unknown, number>();
  const { setInterval: set, clearInterval: clear } = globalThis;
  const counted = (work: () => void, ms: number, ...args: []): NodeJS.Timeout => {
    const timer = set(work, ms, ...args);
    running.set(timer, ms);
    return timer;
  };
  globalThis.setInterval = Object.assign(counted, set);
  globalThis.clearInterval = (timer) => {
    running.delete(timer);
    clear(timer);
  };
  return running;
}
