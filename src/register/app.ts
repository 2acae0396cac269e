/** The app that PM2 runs, before it runs: where it is, and what is installed for it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

export interface App {
  /** Whether its first file is an ES module. */
  readonly isEsModule: boolean;
  /** @returns the file that the app gets for the name of a package; `undefined` where it gets none */
  resolve(name: string): string | undefined;
  /** @throws Error where the app cannot load it */
  load(name: string): unknown;
}

export function findApp(env: NodeJS.ProcessEnv): App {
  const entry = env['pm_exec_path'] ?? process.argv[1] ?? join(process.cwd(), 'app.js');
  const load = createRequire(entry);
  return {
    isEsModule: isEsModule(entry),
    load,
    resolve(name) {
      try {
        return load.resolve(name);
      } catch {
        return undefined;
      }
    },
  };
}

function isEsModule(file: string): boolean {
  const extension = extname(file);
  if (/^\.[cm][jt]s$/.test(extension)) return extension.startsWith('.m');
  return typeOf(dirname(file)) === 'module';
}

/** The `type` in the nearest package.json. */
function typeOf(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: unknown } | null)?.type;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : typeOf(parent);
  }
}
