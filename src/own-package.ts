/** Whether a file of this package is where it was installed. A bundle has its code in a folder of the app. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = '@mashroom/mashroom-monitoring-pm2-exporter';

export const TO_INSTALL_BESIDE =
  `Name ${PACKAGE} as external to the bundler, and install it beside the bundle ` +
  '(docs/configuration.md, "In a bundle")';

/** @param folder of a file that looks for others of its package; `undefined` in an ES module, such as a bundle */
export function isInOwnPackage(folder: string | undefined): folder is string {
  return folder !== undefined && packageOf(folder) === PACKAGE;
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
