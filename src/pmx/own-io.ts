/**
 * Makes an @pm2/io for an app that PM2 was told not to give one (`pmx: false`), with nothing in it but probes.
 *
 * `require('@pm2/io')` by itself would catch the app's exceptions and start its default metrics. Its parts allow for
 * less; what it cannot be told, such as not to end a process that has lost its daemon, is mended afterwards.
 */
import { createRequire } from 'node:module';
import { isRecord } from '../../core/values';
import type { Logger } from '../logger';
import { IO_KEY, isUsable, type PmxIo } from './instance';

type Constructor = new () => { init(config: object): unknown };

/** Part of Node.js since version 8 and used by its own modules, though not in its documentation. */
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
    logger.debug('The channel to PM2 is closed: no probes are shown');
    return undefined;
  }
  try {
    // Loaded here and not above: it costs time and memory that no process with an injected one has to pay.
    const load = createRequire(__filename);
    const { default: Pmx } = load('@pm2/io/build/main/pmx') as { default: Constructor };
    const io = new Pmx();
    // A copy, since it is written to.
    io.init({ ...NOTHING_BUT_PROBES, metrics: { ...NOTHING_BUT_PROBES.metrics } });
    if (!isUsable(io)) throw new Error('its parts are not the expected ones');
    (globalThis as { [IO_KEY]?: unknown })[IO_KEY] = io;
    tameTransport(io.transport);
    endInspector(load);
    logger.debug('PM2 has not injected @pm2/io: made one for probes alone');
    return io;
  } catch (error) {
    logger.warn('@pm2/io cannot be used: no probes are shown.', error);
    return undefined;
  }
}

function tameTransport(transport: unknown): void {
  if (!isRecord(transport)) return;
  // Its own way to send ends the process when PM2 has gone; an app with `pmx: false` survives that.
  transport['send'] = (type: string, data: unknown): void => {
    if (process.connected) process.send?.({ type, data }, undefined, undefined, () => undefined);
  };
  // It listens for messages, which keeps a process alive, and has a timer that stops listening for a moment now and
  // then. Not counting as a reason to live does without.
  const channel = process.channel as CountedChannel | undefined;
  if (typeof channel?.unrefCounted !== 'function') return;
  channel.unrefCounted();
  clearInterval(transport['autoExitHandle'] as NodeJS.Timeout | undefined);
}

/** Opened at every start for profiling, which is not wanted. */
function endInspector(load: NodeJS.Require): void {
  const { ServiceManager } = load('@pm2/io/build/main/serviceManager') as {
    ServiceManager: { get(name: string): { destroy(): void } | undefined; reset(name: string): void };
  };
  ServiceManager.get('inspector')?.destroy();
  ServiceManager.reset('inspector');
}
