/**
 * Ends this server when PM2 runs no other app any more. `pm2-runtime` ends, and its container with it, when no app is online:
 * without this the server would keep a container whose app has crashed for good.
 */
import type { Daemon } from '../../../core/pm2/daemon';
import { readProcessList, type ProcessInfo } from './process-list';

export interface AloneOptions {
  readonly daemon: Pick<Daemon, 'call'>;
  /** `pm_id` of this server. */
  readonly self: number;
  readonly log: { info(line: string): void };
  readonly intervalMs?: number;
}

const INTERVAL_MS = 2000;
/** Looks in a row that have to find no other app: `pm2 restart` and `pm2 delete` with a start behind it take a moment. */
const LOOKS = 3;
/** The same before PM2 has listed any other app: it may be about to start them. */
const FIRST_LOOKS = 15;
const CALL_MS = 5000;
/** PM2 does not start a process of these states again by itself. */
const ENDED = ['stopped', 'errored'];

/** @returns ends the watching */
export function exitWhenAlone({ daemon, self, log, intervalMs = INTERVAL_MS }: AloneOptions): () => void {
  let left = FIRST_LOOKS;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    try {
      const others = othersOf(readProcessList(await daemon.call('getMonitorData', {}, CALL_MS)), self);
      if (others.length > 0) left = Math.min(left, LOOKS);
      left = others.every(({ status }) => ENDED.includes(status)) ? left - 1 : LOOKS;
      if (left <= 0) {
        log.info('No other app runs any more: this server ends, as the option exitWhenAlone says');
        // PM2 starts a process that ends by itself again, but not one that it has stopped. It sends this one its signal.
        await daemon.call('stopProcessId', { id: self }, CALL_MS);
        return;
      }
    } catch {
      // The daemon does not answer now. The next look tries again.
    }
    timer = setTimeout(() => void look(), intervalMs).unref();
  };
  timer = setTimeout(() => void look(), intervalMs).unref();
  return () => clearTimeout(timer);
}

function othersOf(processes: readonly ProcessInfo[], self: number): readonly ProcessInfo[] {
  return processes.filter(({ run, isModule }) => run.pmId !== self && !isModule);
}
