/** Finds the module of the worker threads, or what makes threads impossible as long as the process lives. */
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';

export type FoundWorker =
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly message: string };

/** In Node.js since version 20 and under its permission model only. */
interface WithPermission {
  readonly permission?: { has(scope: string): boolean };
}

export function findWorker(): FoundWorker {
  if ((process as WithPermission).permission?.has('worker') === false) {
    return {
      ok: false,
      message: "Node.js' permission model is on and allows no worker threads. Start the process with --allow-worker",
    };
  }
  // In an ES module bundle there is neither of these names.
  const path = typeof __dirname === 'string' && typeof __filename === 'string' ? besideThisFolder() : undefined;
  if (path !== undefined && existsSync(path)) return { ok: true, path };
  return {
    ok: false,
    message:
      `the module of the worker threads is not ${path === undefined ? 'found' : `at ${path}`}, since the package was put ` +
      'into a bundle. Name @mashroom/mashroom-monitoring-pm2-exporter as external to the bundler, and install it beside the ' +
      'bundle (docs/configuration.md, "In a bundle")',
  };
}

/** `workers/` is beside the parent of this file in the sources and in `build/`, and beside the bundled file in `dist/`. */
function besideThisFolder(): string {
  const name = `worker${extname(__filename)}`;
  const inSources = join(__dirname, '../../workers', name);
  return existsSync(inSources) ? inSources : join(__dirname, '../workers', name);
}
