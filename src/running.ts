/** Which exporter a process has: it has one, whichever instance of this module has started it. */

export interface Exporter {
  /** Whether it exports metrics: false outside PM2 and after `stop()`. */
  readonly active: boolean;
  /** Ends everything that the start has started. Repeatable. Resolves when the worker threads have ended; never rejects. */
  stop(): Promise<void>;
  /** Collects now. Resolves when the exporter has the snapshot, or could not get one; never rejects. */
  flush(): Promise<void>;
}

export const RUNNING = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter running');

/** Another version of this module may have put something else there. */
export const processWide = globalThis as { [RUNNING]?: Exporter | undefined };

export function isExporterActive(): boolean {
  try {
    return processWide[RUNNING]?.active === true;
  } catch {
    return false;
  }
}
