/** Listens for the requests that PM2's daemon passes on to this process. */
import type { Logger } from '../logger';
import { readRequest, type MetricsRequest } from './request';

/** In Node.js since version 8 and used by its own modules, but not documented. */
interface CountedChannel {
  refCounted?(): void;
  unrefCounted?(): void;
}

/** @returns stops listening; repeatable */
export function listenForRequests(onRequest: (request: MetricsRequest) => void, logger: Logger): () => void {
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
  return () => {
    if (!listening) return;
    listening = false;
    if (counted) channel.refCounted?.();
    process.off('message', listener);
  };
}
