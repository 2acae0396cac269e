/** Finds the module of the worker threads, or what makes threads impossible as long as the process lives. */
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { isInOwnPackage, TO_INSTALL_BESIDE } from '../own-package';

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
  // An ES module bundle may have neither of these names.
  const hasNames = typeof __dirname === 'string' && typeof __filename === 'string';
  // A bundle is in a folder of the app, which may have a workers/worker.js of its own.
  const path = isInOwnPackage(hasNames ? __dirname : undefined) ? besideThisFolder() : undefined;
  if (path !== undefined && existsSync(path)) return { ok: true, path };
  const missing =
    path === undefined
      ? 'not found, since the package was put into a bundle'
      : `not at ${path}, since the package was copied without this file`;
  return {
    ok: false,
    message: `the module of the worker threads is ${missing}. ${TO_INSTALL_BESIDE}`,
  };
}

/** `workers/` is beside the parent of this file in the sources and in `build/`, and beside the bundled file in `dist/`. */
function besideThisFolder(): string {
  const name = `worker${extname(__filename)}`;
  const inSources = join(__dirname, '../../workers', name);
  return existsSync(inSources) ? inSources : join(__dirname, '../workers', name);
}
