/** Apps that start the exporter in one of several places, and what it says there. */
import { join } from 'node:path';
import { PROJECT } from './built';
import type { App, Pm2 } from './pm2';
import { withoutLoopLines } from './loop-lines';

export const APPS = join(PROJECT, 'test', 'fixtures', 'apps');

/** @param role where it starts the exporter, see `test/fixtures/apps/places.js` */
export function placesApp(name: string, role: string, options: Readonly<Record<string, unknown>> = {}): App {
  const script = join(APPS, 'places.js');
  return { name, script, cwd: PROJECT, exec_mode: 'fork', ...options, env: { ROLE: role } };
}

/** @returns the exporter's lines in the outputs of an app, but for that its event loop turns again; `undefined` where there are none */
export function exporterLines(pm2: Pm2, name: string): string[] | undefined {
  const lines = withoutLoopLines(pm2.logs(name)).split('\n');
  const ours = lines.filter((line) => line.includes('[pm2-exporter]'));
  return ours.length === 0 ? undefined : ours;
}
