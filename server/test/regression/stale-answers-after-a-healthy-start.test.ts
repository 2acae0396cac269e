/** After a healthy start, the first answers of apps counted as errors: `pm2_errors_total{kind="stale"} 3`. */
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import type { Daemon } from '../../../core/pm2/daemon';
import { Rounds } from '../../src/rounds/rounds';
import { until } from '../../../test/support/until';

interface Packet {
  readonly id: number;
  readonly request: string;
}

test('first answers of apps that were starting when they were asked are no errors, later ones that come too late are', async (t) => {
  const packets: Packet[] = [];
  const list = [0, 1, 2].map((pm_id) => ({ pm_id, name: 'shop', pid: 1, pm2_env: { status: 'online', pm_uptime: 1 } }));
  const daemon = {
    call: () => Promise.resolve(list),
    sendDataToProcessId(packet: readonly Buffer[]) {
      packets.push(JSON.parse(Buffer.concat(packet).toString()) as Packet);
      return Promise.resolve();
    },
  };
  const rounds = new Rounds({
    daemon: daemon as unknown as Daemon,
    ...{ apps: [], self: 9, maxSeries: 10, maxPayload: 10 },
    decode: () => Promise.reject(new Error('no compact answers here')),
  });
  rounds.start();
  t.teardown(() => rounds.stop());
  const errors = async () => (await rounds.ask(1500)).errors;
  /** Answers all requests that have been sent since the last call, later than any scrape waits. */
  const answerLate = async (): Promise<void> => {
    await pause(1100);
    for (const { id, request } of packets.splice(0)) {
      const data = { resource: { attributes: {} }, scopeMetrics: [] };
      process.emit('message', { topic: 'returnMetrics', from: id, request, data }, undefined);
    }
  };
  await rounds.ask(1500);
  await until('the requests', () => packets.length === 3 || undefined);
  await answerLate();
  t.is((await errors()).stale, 0);
  await answerLate();
  t.is((await errors()).stale, 3);
  t.is((await errors()).late >= 3, true);
});
