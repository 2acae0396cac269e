/** For tests of what is built: the exporter in `dist`, the metrics server in `server/dist`, modules in `build`. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const PROJECT = resolve(__dirname, '..', '..');
/** What PM2 runs as the metrics server, once `built()` has resolved. */
export const METRICS_SERVER = join(PROJECT, 'server', 'dist', 'src', 'main.js');

let building: Promise<unknown> | undefined;

/** Builds if the sources are newer than the build. Test files run in parallel; only one of them builds. */
export async function built(): Promise<void> {
  building ??= promisify(execFile)(process.execPath, ['-e', "require('./scripts/ensure').ensureBuilt()"], {
    cwd: PROJECT,
    maxBuffer: 2 ** 26,
  });
  await building;
}
