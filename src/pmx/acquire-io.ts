/**
 * Finds the @pm2/io object of this process, of which there must be only one.
 *
 * PM2 5 to 7 load their @pm2/io before the app, in fork mode and in cluster mode, unless the app has `pmx: false`. Each
 * build stores itself at `globalThis[Symbol.for('@pm2/io')]`, where the other builds look. PM2 5 has version 6.0.1,
 * PM2 6 has 6.1.0, PM2 7 has a build of its own (`modules/pm2-io-bpm`).
 */
import { readPm2Environment } from '../../core/pm2/environment';
import type { Logger } from '../logger';
import { IO_KEY, isUsable, type PmxIo } from './io';
import { createOwnIo } from './own-io';

/** @returns `undefined` where there is none and none can be made; the log says why */
export function acquireIo(logger: Logger): PmxIo | undefined {
  if (readPm2Environment() === undefined) return undefined;
  const present = (globalThis as { [IO_KEY]?: unknown })[IO_KEY];
  if (present === undefined) return createOwnIo(logger);
  if (isUsable(present)) return present;
  logger.warn(
    'The @pm2/io of this process is an unknown build without metric() or metricService: pm2 monit shows no probes of ' +
      'the exporter. Use the @pm2/io of PM2 5, 6 or 7',
  );
  return undefined;
}
