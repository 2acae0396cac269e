/** Which apps a server with these patterns asks. */
import { readProcessList, type ProcessInfo } from '../../src/pm2/process-list';
import { Apps } from '../../src/rounds/runs/apps';

/** The `pm_id` of the server. */
export const SELF = 9;

export function processes(...names: string[]): ProcessInfo[] {
  return readProcessList(
    names.map((name, pm_id) => ({ pm_id, name, pm2_env: { pmx_module: name.startsWith('pm2-') } })),
  );
}

export function included(patterns: string[], ...names: string[]): string[] {
  const apps = new Apps({ apps: patterns, self: SELF });
  return processes(...names)
    .filter((process) => apps.includes(process))
    .map(({ run }) => run.app);
}
