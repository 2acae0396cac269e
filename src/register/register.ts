/**
 * Exports the metrics of an app without a line of code in it:
 *
 *     node --require @mashroom/mashroom-monitoring-pm2-exporter/register app.js
 *
 * Child processes, workers of the app's own cluster and worker threads inherit a preload. Most of them are told apart
 * here, before anything is loaded.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { isInOwnPackage, TO_INSTALL_BESIDE } from '../own-package';
import type { preload as Preload } from './preload';

/** Whether it may be a process that PM2 runs, or one outside PM2 that nothing else has started with a channel. */
function mayAct({ pm_id: pmId, pm2_env: packed }: NodeJS.ProcessEnv): boolean {
  if (!isMainThread) return false;
  return (pmId !== undefined || packed !== undefined) === (typeof process.send === 'function');
}

try {
  if (mayAct(process.env)) {
    if (isInOwnPackage(typeof __dirname === 'string' ? __dirname : undefined)) {
      // Loaded on demand: most of the exporter comes with it.
      const { preload } = createRequire(__filename)('./preload') as { preload: typeof Preload };
      preload();
    } else {
      // The app may have a preload.js of its own beside its bundle.
      console.warn(`[pm2-exporter] No metrics are exported: the preload was put into a bundle. ${TO_INSTALL_BESIDE}`);
    }
  }
} catch (error) {
  // An app that works without metrics must start.
  console.warn('[pm2-exporter] The preload has failed, so no metrics are exported:', error);
}
