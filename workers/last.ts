/** Sends the last numbers of this process to the metrics servers, while its main thread waits or has just begun to end. */
import { DaemonError } from '../core/pm2/daemon';
import type { LastResult, LastTask, TaskFailure } from '../protocol/tasks';
import type { Outbox } from './outbox';
import { compact, Refusal } from './reply';

const TOPIC = 'lastMetrics';

export async function sendLast(task: LastTask, outbox: Outbox): Promise<LastResult | TaskFailure> {
  try {
    let sent = 0;
    let failure: TaskFailure | undefined;
    const sends = task.servers.map(async ({ pmId, pid, token, have }) => {
      const body = compact(task.snapshot, have);
      if (body instanceof Refusal) {
        failure = { ok: false, code: 'TOO_LARGE', message: body.message };
        return;
      }
      const head = JSON.stringify({ id: pmId, topic: TOPIC, from: task.from, token });
      const packet = [Buffer.from(`${head.slice(0, -1)},"data":`), ...body, Buffer.from('}')];
      try {
        if (await outbox.send({ pmId, pid }, packet, task.daemon, task.timeoutMs)) sent++;
      } catch (error) {
        if (!(error instanceof DaemonError)) throw error;
        failure = { ok: false, code: 'DAEMON_UNREACHABLE', message: error.message };
      }
    });
    await Promise.all(sends);
    return failure ?? { ok: true, kind: 'last', sent };
  } finally {
    Atomics.store(task.done, 0, 1);
    Atomics.notify(task.done, 0);
  }
}
