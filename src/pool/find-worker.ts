/** Finds the module of the worker threads, or what makes threads impossible as long as the process lives. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

export type FoundWorker =
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly message: string };

/** In Node.js since version 20 and under its permission model only. */
interface WithPermission {
  readonly permission?: { has(scope: string): boolean };
}

const PACKAGE = '@mashroom/mashroom-monitoring-pm2-exporter';

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
  const path = hasNames && packageOf(__dirname) === PACKAGE ? besideThisFolder() : undefined;
  if (path !== undefined && existsSync(path)) return { ok: true, path };
  const missing =
    path === undefined
      ? 'not found, since the package was put into a bundle'
      : `not at ${path}, since the package was copied without this file`;
  return {
    ok: false,
    message:
      `the module of the worker threads is ${missing}. Name ${PACKAGE} as external to the bundler, and install it beside ` +
      'the bundle (docs/configuration.md, "In a bundle")',
  };
}

/** `workers/` is beside the parent of this file in the sources and in `build/`, and beside the bundled file in `dist/`. */
function besideThisFolder(): string {
  const name = `worker${extname(__filename)}`;
  const inSources = join(__dirname, '../../workers', name);
  return existsSync(inSources) ? inSources : join(__dirname, '../workers', name);
}

/** The name in the nearest package.json, which is the one by which Node.js decides what the files of a folder are. */
function packageOf(folder: string): unknown {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return nameIn(file);
  const parent = dirname(folder);
  return parent === folder ? undefined : packageOf(parent);
}

/** A file that cannot be read or parsed is one of the app's: Node.js has read this package's own to load it. */
function nameIn(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown } | null)?.name;
  } catch {
    return undefined;
  }
}
