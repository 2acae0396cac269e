/** Names a package in a log line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenModule } from './hooks';

/** @returns such as `prom-client 15.1.3` */
export function describePackage({ package: name, folder }: SeenModule): string {
  if (folder === undefined) return name;
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? `${name} ${version}` : name;
  } catch {
    return name;
  }
}
