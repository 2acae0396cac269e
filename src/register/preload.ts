/**
 * What the preload does in the process that PM2 runs:
 *
 * ```
 * hooks ─▶ MeterProviders ── a reader for each MeterProvider ─┐
 *       ─▶ Registries ────── default registries ──────────────┴─▶ FoundSources ─▶ one exporter
 *       ─▶ Instrumentations: those that are installed, until the app makes its own
 * ```
 */
import { findPm2 } from '../../core/pm2/environment';
import { messageOf } from '../../core/values';
import { guardLogger, type Logger } from '../logger';
import { describePlace } from '../place';
import { findApp } from './app';
import { unpackedEnvironment } from './environment';
import { FoundSources } from './found-sources';
import { installHooks } from './hooks';
import { Instrumentations } from './instrumentations';
import { MeterProviders } from './meter-providers';
import { Registries } from './registries';
import { readSettings } from './settings';

/** Never throws. */
export function preload(): void {
  const logger = guardLogger(undefined);
  try {
    const env = unpackedEnvironment();
    const found = findPm2(env);
    if (found.kind === 'pm2') start(env, logger);
    else if (found.kind === 'none') logger.info(describePlace(found));
    // The others are parts of an app, where one line in each would be many.
    else logger.debug(describePlace(found));
  } catch (error) {
    logger.warn(`The preload has failed, so no metrics are exported: ${messageOf(error)}`);
  }
}

function start(env: NodeJS.ProcessEnv, logger: Logger): void {
  const app = findApp(env);
  const settings = readSettings(env, logger);
  const found = new FoundSources(settings, logger);
  const instrumentations = new Instrumentations(app, found, logger);
  const providers = new MeterProviders({ found, settings, instrumentations, logger });
  const registries = new Registries(found, logger);
  const tables = [providers.modules, registries.modules, instrumentations.modules];
  if (!installHooks(new Map(tables.flatMap((table) => [...table])), app, logger)) return;
  instrumentations.make();
  found.watch(() => registries.describeEmpty());
}
