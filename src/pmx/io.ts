/**
 * Gets hold of the process's one @pm2/io instance, and never makes a second.
 *
 * PM2 5 to 7 require theirs before the app, in fork and in cluster mode alike, unless the app has `pmx: false`, and
 * each puts itself where the others look: at `globalThis[Symbol.for('@pm2/io')]`. PM2 5 brings 6.0.1, PM2 6 brings
 * 6.1.0, PM2 7 a build of its own (`modules/pm2-io-bpm`).
 */
import { readPm2Environment } from '../../core/pm2/environment';
import type { Logger } from '../logger';
import { IO_KEY, isUsable, type PmxIo } from './instance';
import { createOwnIo } from './own-io';

/** @returns `undefined` where there is none and none can be had; the log says why */
export function acquireIo(logger: Logger): PmxIo | undefined {
  if (readPm2Environment() === undefined) return undefined;
  const present = (globalThis as { [IO_KEY]?: unknown })[IO_KEY];
  if (present === undefined) return createOwnIo(logger);
  if (isUsable(present)) return present;
  logger.warn('The @pm2/io of this process is of a build that is not known here: no probes are shown');
  return undefined;
}
