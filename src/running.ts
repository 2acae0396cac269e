/** Which exporter a process has: it has one, whichever instance of this module has started it. */
import type { Exporter } from './exporter';

export const RUNNING = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter running');

/** Of another version of this module it may be something else. */
export const processWide = globalThis as { [RUNNING]?: Exporter | undefined };

export function isExporterActive(): boolean {
  try {
    return processWide[RUNNING]?.active === true;
  } catch {
    return false;
  }
}
