/** Listens for the requests that PM2's daemon passes on to this process. */
import type { Logger } from '../logger';
import { listenOnChannel, type Listening } from './channel';
import { readRequest, type MetricsRequest } from './request';

export function listenForRequests(onRequest: (request: MetricsRequest) => void, logger: Logger): Listening {
  return listenOnChannel('message', (packet) => {
    try {
      const read = readRequest(packet);
      if (read.kind === 'request') onRequest(read.request);
      else if (read.kind === 'malformed') logger.debug(`Ignored a malformed request for metrics: ${read.message}`);
    } catch (error) {
      logger.debug('Ignored an IPC message that could not be read:', error);
    }
  });
}
