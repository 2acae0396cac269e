/** Tells the metrics servers of this PM2 that the exporter has started, so that they need not wait for a scrape to ask it. */
import { HELLO_TOPIC, metricsServersIn } from '../core/pm2/introductions';
import { DaemonError } from '../core/pm2/daemon';
import type { HelloResult, HelloTask, TaskFailure } from '../protocol/tasks';
import type { Daemons } from './daemons';

export async function sayHello(
  { from, daemon: address, timeoutMs }: HelloTask,
  daemons: Daemons,
): Promise<HelloResult | TaskFailure> {
  const daemon = daemons.to(address);
  try {
    const servers = metricsServersIn(await daemon.call('getMonitorData', {}, timeoutMs));
    for (const id of servers) {
      const packet = { id, topic: HELLO_TOPIC, from, data: null };
      // A server that has ended meanwhile is refused by the daemon.
      await daemon.sendDataToProcessId([Buffer.from(JSON.stringify(packet))], timeoutMs).catch(rethrowUnreachable);
    }
    return { ok: true, kind: 'hello' };
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    return { ok: false, code: 'DAEMON_UNREACHABLE', message: error.message };
  }
}

function rethrowUnreachable(error: unknown): void {
  if (!(error instanceof DaemonError) || error.code === 'UNREACHABLE') throw error;
}
