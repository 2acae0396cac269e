/** Tells metrics servers that the event loop of this process does not turn, or turns again. */
import { WIRE_VERSION } from '../../core/wire/format';
import type { Watch, WatchedServer } from '../../protocol/watch';
import type { Outbox } from '../outbox';

const TOPIC = 'eventLoopBlocked';
const TIMEOUT_MS = 5000;

export interface Report {
  /** For how long it has not turned. */
  readonly blockedMs: number;
  /** Whether it turns again. */
  readonly turns: boolean;
  readonly stack: string | undefined;
}

/** Never rejects: another report comes soon, and other tasks tell what is wrong with the daemon. */
export async function sendReport(
  { from, daemon }: Watch,
  servers: readonly WatchedServer[],
  { blockedMs, turns, stack }: Report,
  outbox: Outbox,
): Promise<void> {
  const data = { v: WIRE_VERSION, pid: process.pid, blockedMs: Math.round(blockedMs), turns, stack };
  await Promise.all(
    servers.map(async ({ pmId, pid, token }) => {
      const packet = Buffer.from(JSON.stringify({ id: pmId, topic: TOPIC, from, token, data }));
      await outbox.send({ pmId, pid }, [packet], daemon, TIMEOUT_MS).catch(() => undefined);
    }),
  );
}
