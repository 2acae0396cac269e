/**
 * Makes an @pm2/io object for an app with `pmx: false`, to which PM2 gives none. It has probes and nothing else.
 *
 * `require('@pm2/io')` would also catch the app's exceptions and start the default metrics, so this file constructs the
 * object from inner modules of @pm2/io. What the configuration cannot switch off, such as that @pm2/io ends a process
 * which has lost its daemon, is patched afterwards.
 */
import { isRecord } from '../../core/values';
import { createRequire } from 'node:module';
import type { Logger } from '../logger';
import { IO_KEY, isUsable, type PmxIo } from './io';

type Constructor = new () => { init(config: object): unknown };

/** In Node.js since version 8 and used by its own modules, but not documented. */
interface CountedChannel {
  unrefCounted?(): void;
}

const NOTHING_BUT_PROBES = {
  catchExceptions: false,
  profiling: false,
  metrics: { v8: false, network: false, eventLoop: false, runtime: false, http: false },
  tracing: false,
};

export function createOwnIo(logger: Logger): PmxIo | undefined {
  // @pm2/io ends a process that cannot send to PM2.
  if (!process.connected) {
    logger.debug('The IPC channel to PM2 is closed: pm2 monit shows no probes of the exporter');
    return undefined;
  }
  try {
    // Loaded on demand: a process into which PM2 has injected @pm2/io must not pay time and memory for a second one.
    const load = createRequire(__filename);
    const { default: Pmx } = load('@pm2/io/build/main/pmx') as { default: Constructor };
    const io = new Pmx();
    // A copy, since init() writes to it.
    io.init({ ...NOTHING_BUT_PROBES, metrics: { ...NOTHING_BUT_PROBES.metrics } });
    if (!isUsable(io)) throw new Error('it has no metric() or no metricService');
    (globalThis as { [IO_KEY]?: unknown })[IO_KEY] = io;
    tameTransport(io.transport);
    endInspector(load);
    logger.debug('PM2 has not injected @pm2/io (pmx: false): the exporter has made one that only has probes');
    return io;
  } catch (error) {
    const isForbidden = 'permission' in process;
    logger.warn(
      'The package @pm2/io cannot be used: pm2 monit shows no probes of the exporter. ' +
        (isForbidden
          ? "It opens Node.js' inspector, which the permission model forbids. The cause:"
          : 'Remove pmx: false from the app, or install the exporter again. The cause:'),
      error,
    );
    return undefined;
  }
}

function tameTransport(transport: unknown): void {
  if (!isRecord(transport)) return;
  // The original send() ends the process when PM2 has gone; an app with `pmx: false` survives that.
  transport['send'] = (type: string, data: unknown): void => {
    if (process.connected) process.send?.({ type, data }, undefined, undefined, () => undefined);
  };
  // The transport's message listener keeps the process alive, so a timer of the transport stops listening for a moment
  // every few seconds to let the process end. Unref the channel, and that timer is not needed.
  const channel = process.channel as CountedChannel | undefined;
  if (typeof channel?.unrefCounted !== 'function') return;
  channel.unrefCounted();
  clearInterval(transport['autoExitHandle'] as NodeJS.Timeout | undefined);
}

/** Each start opens an inspector session for profiling, which the exporter does not use. */
function endInspector(load: NodeJS.Require): void {
  const { ServiceManager } = load('@pm2/io/build/main/serviceManager') as {
    ServiceManager: { get(name: string): { destroy(): void } | undefined; reset(name: string): void };
  };
  ServiceManager.get('inspector')?.destroy();
  ServiceManager.reset('inspector');
}
