/** Listens for the requests that PM2's daemon passes on to this process. */
import type { Logger } from '../logger';
import { readRequest, type MetricsRequest } from './request';

/** In Node.js since version 8 and used by its own modules, but not documented. */
interface CountedChannel {
  refCounted?(): void;
  unrefCounted?(): void;
}

export interface Listening {
  /** Listens again where the app has removed all listeners of messages. Returns whether it had. */
  renew(): boolean;
  /** Repeatable. */
  stop(): void;
}

export function listenForRequests(onRequest: (request: MetricsRequest) => void, logger: Logger): Listening {
  const listener = (packet: unknown): void => {
    try {
      const read = readRequest(packet);
      if (read.kind === 'request') onRequest(read.request);
      else if (read.kind === 'malformed') logger.debug(`Ignored a malformed request for metrics: ${read.message}`);
    } catch (error) {
      logger.debug('Ignored an IPC message that could not be read:', error);
    }
  };
  process.on('message', listener);
  // Unref the channel: this listener must not keep the process alive. Counted, since other listeners may keep it alive.
  const channel = process.channel as CountedChannel | undefined;
  const counted = typeof channel?.unrefCounted === 'function' && typeof channel.refCounted === 'function';
  if (counted) channel.unrefCounted?.();
  let listening = true;
  return {
    renew() {
      if (!listening || process.listeners('message').includes(listener)) return false;
      // Node.js has counted the removal, which the first unref had anticipated: adding it evens that out.
      process.on('message', listener);
      return true;
    },
    stop() {
      if (!listening) return;
      listening = false;
      const removed = !process.listeners('message').includes(listener);
      if (counted) channel.refCounted?.();
      if (!removed) process.off('message', listener);
    },
  };
}
