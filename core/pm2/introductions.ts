/**
 * How metrics servers and exporters of one PM2 learn of each other without waiting for a scrape: a server marks itself in
 * what PM2 lists of it, and an exporter that has started says hello to each process with the mark.
 */
import { isRecord } from '../values';
import { readPmId } from './pm-id';

/** Field of `axm_options`. Its value is the version of the protocol that the server reads. */
const MARK = 'metricsServer';
/** Topic of the messages by which exporters say that they have started. */
export const HELLO_TOPIC = 'exporterStarted';

/** The message to PM2 by which a process marks itself. PM2 forgets it when the process ends. */
export function markingMessage(version: number): object {
  return { type: 'axm:option:configuration', data: { [MARK]: version } };
}

/**
 * @param list what PM2's daemon answers to `getMonitorData`, which may be anything
 * @returns the pm_ids of the metrics servers that are online
 */
export function metricsServersIn(list: unknown): number[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).flatMap((entry) => {
    if (!isRecord(entry) || !isRecord(entry['pm2_env'])) return [];
    const { axm_options: options, status } = entry['pm2_env'];
    const pmId = readPmId(entry['pm_id']);
    return pmId !== undefined && status === 'online' && isRecord(options) && options[MARK] !== undefined ? [pmId] : [];
  });
}
