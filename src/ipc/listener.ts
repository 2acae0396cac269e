/** Hears the requests that PM2's daemon passes on, without keeping the process alive for them. */
import type { Logger } from '../logger';
import { readRequest, type MetricsRequest } from './request';

/** Part of Node.js since version 8 and used by its own modules, though not in its documentation. */
interface CountedChannel {
  refCounted?(): void;
  unrefCounted?(): void;
}

/** @returns ends listening; may be called again */
export function listenForRequests(onRequest: (request: MetricsRequest) => void, logger: Logger): () => void {
  const listener = (packet: unknown): void => {
    try {
      const read = readRequest(packet);
      if (read.kind === 'request') onRequest(read.request);
      else if (read.kind === 'malformed') logger.debug(`Ignored a request for metrics: ${read.message}`);
    } catch (error) {
      logger.debug('Ignored a message:', error);
    }
  };
  process.on('message', listener);
  // Listening for messages counts as a reason to live, of which this listener is none.
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
