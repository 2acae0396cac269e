/**
 * Reads PM2's list of its processes. Every field is checked: some of them come from the processes themselves, which may say
 * anything.
 */
import type { Run } from '../../protocol/run';
import { readMonitor, type MonitorValue } from './monitor';

export interface ProcessInfo {
  readonly run: Run;
  readonly pid: number;
  /** As PM2 has it: `online`, `stopping`, `stopped`, `launching`, `errored`, `waiting restart`, `one-launch-status`. */
  readonly status: string;
  /** Whether PM2 runs it as one of its modules. */
  readonly isModule: boolean;
  readonly restarts: number;
  readonly unstableRestarts: number;
  /** With which code the run before it has ended; `undefined`: there was none. A signal counts as 0. */
  readonly exitCode?: number;
  /** When PM2 made the process, epoch milliseconds: a restart leaves it as it is, a reload sets it anew. */
  readonly createdAt?: number;
  /** When this run began, epoch milliseconds. */
  readonly startedAt: number | undefined;
  /** In processors: 1.5 is one and a half of them. */
  readonly cpuRatio: number;
  readonly memoryBytes: number;
  /** PM2 restarts the process when it uses more (`max_memory_restart`). */
  readonly memoryLimitBytes: number | undefined;
  /** The numbers that the process shows in `pm2 monit`. */
  readonly monitor: readonly MonitorValue[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * @param list what the daemon answers to `getMonitorData`
 * @returns by ascending pm_id, without entries that are not processes
 * @throws TypeError if it is not a list
 */
export function readProcessList(list: unknown): ProcessInfo[] {
  if (!Array.isArray(list)) throw new TypeError(`PM2's daemon answered ${typeof list}, expected a list of processes`);
  return (list as readonly unknown[])
    .map(readProcess)
    .filter((process) => process !== undefined)
    .sort((a, b) => a.run.pmId - b.run.pmId);
}

function readProcess(entry: unknown): ProcessInfo | undefined {
  const { pm_id: pmId, name, pid, pm2_env, monit } = fieldsOf(entry);
  // A process that a reload is replacing has an id like `_old_3`: `KnownRuns` knows its run from earlier lists.
  if (!Number.isSafeInteger(pmId) || (pmId as number) < 0 || typeof name !== 'string') return undefined;
  const env = fieldsOf(pm2_env);
  const startedAt = numberOf(env['pm_uptime']);
  const processId = numberOf(pid) ?? 0;
  const { cpu, memory } = fieldsOf(monit);
  const exitCode = numberOf(env['exit_code']);
  const createdAt = numberOf(env['created_at']);
  return {
    run: {
      app: name,
      ...namespaceOf(env['namespace']),
      pmId: pmId as number,
      key: `${String(pmId)}-${startedAt ?? 0}-${processId}`,
    },
    pid: processId,
    status: textOf(env['status']) ?? 'unknown',
    isModule: env['pmx_module'] === true || fieldsOf(env['axm_options'])['isModule'] === true,
    restarts: numberOf(env['restart_time']) ?? 0,
    unstableRestarts: numberOf(env['unstable_restarts']) ?? 0,
    startedAt,
    ...(exitCode !== undefined && { exitCode }),
    ...(createdAt !== undefined && { createdAt }),
    // Without the last digits, which the division makes up: 2.9 / 100 is 0.028999999999999998.
    cpuRatio: Number(((numberOf(cpu) ?? 0) / 100).toPrecision(12)),
    memoryBytes: numberOf(memory) ?? 0,
    memoryLimitBytes: limitOf(env['max_memory_restart']),
    monitor: readMonitor(env['axm_monitor']),
  };
}

/** PM2's name for the namespace of apps that are in no other. */
const DEFAULT_NAMESPACE = 'default';

function namespaceOf(value: unknown): Pick<Run, 'namespace'> {
  return typeof value !== 'string' || value === DEFAULT_NAMESPACE || value === '' ? {} : { namespace: value };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** PM2's daemon has it in bytes. Without a limit it has nothing, or 0. */
function limitOf(value: unknown): number | undefined {
  const bytes = numberOf(value);
  return bytes !== undefined && bytes > 0 ? bytes : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
