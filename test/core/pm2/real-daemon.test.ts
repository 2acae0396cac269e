/** The client with the daemons of real PM2s. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type * as daemonModule from '../../../core/pm2/daemon';
import { Daemon, DaemonError } from '../../../core/pm2/daemon';
import { runInChild } from '../../in-child/run';
import { PROJECT } from '../../support/built';
import { withPm2, type Pm2 } from '../../support/pm2';
import { until } from '../../support/until';

const PATIENT_MS = 30_000;
const OPTIONS = { maxPauseMs: 500 };

/** An app that keeps the messages that it gets. */
const HEARS = join(PROJECT, 'test/fixtures/apps/hears.js');

async function startHearing(pm2: Pm2): Promise<() => Promise<unknown[]>> {
  await pm2.start({ name: 'hears', script: HEARS, exec_mode: 'fork' });
  const [app] = await pm2.ready('hears', 1);
  return () => (app as NonNullable<typeof app>).ask<unknown[]>('heard');
}

const packet = (data: unknown): Buffer[] => [Buffer.from(JSON.stringify({ id: 0, topic: 't', data }))];

for (const version of [5, 6, 7] as const) {
  test(`PM2 ${version}: calls, packets of any size, refusals, and a daemon that comes back`, async (t) => {
    await withPm2(version, async (pm2) => {
      const heard = await startHearing(pm2);
      const daemon = new Daemon({ kind: 'path', path: join(pm2.home, 'rpc.sock') }, OPTIONS);
      t.teardown(() => daemon.close());
      t.like(await daemon.call('getMonitorData', {}, PATIENT_MS), [{ pm_id: 0, name: 'hears' }]);
      const large = 'ä'.repeat(2_000_000);
      await daemon.sendDataToProcessId(packet('small'), PATIENT_MS);
      await daemon.sendDataToProcessId(packet(large), PATIENT_MS);
      await until('the packets', async () => ((await heard()).length === 2 ? true : undefined));
      t.deepEqual(await heard(), [
        { id: 0, topic: 't', data: 'small' },
        { id: 0, topic: 't', data: large },
      ]);
      const refused = { instanceOf: DaemonError, code: 'REFUSED' };
      const toNone = (): Promise<void> =>
        daemon.sendDataToProcessId([Buffer.from('{"id":7,"topic":"t","data":1}')], PATIENT_MS);
      await t.throwsAsync(toNone(), { ...refused, message: /7/ });
      await t.throwsAsync(daemon.call('noSuchMethod', {}, PATIENT_MS), { ...refused, message: /does not exist/ });

      process.kill(Number(readFileSync(join(pm2.home, 'pm2.pid'), 'utf8')), 'SIGSTOP');
      const late = daemon.call('getMonitorData', {}, 200);
      await t.throwsAsync(late, { code: 'UNREACHABLE', message: /no answer in time/ });
      process.kill(Number(readFileSync(join(pm2.home, 'pm2.pid'), 'utf8')), 'SIGCONT');
      await pm2.killDaemon();
      await until('the end of the connection', () => !daemon.isConnected || undefined);
      await t.throwsAsync(daemon.call('getMonitorData', {}, 200), {
        code: 'UNREACHABLE',
        message: /no connection|broke/,
      });
      await pm2.resurrect();
      await until('the connection', () => (daemon.isConnected ? true : undefined));
      await t.throwsAsync(toNone(), { ...refused, message: /7/ });
    });
  });
}

// Only PM2 7: the daemons of PM2 5 and 6 listen by pm2-axon 4, which takes the path for a URL. They do not work in such a
// home themselves.
for (const prefix of ['with a space ', 'with#hash-', 'with?question-']) {
  test(`a home whose path is "${prefix}…" is reached`, async (t) => {
    await withPm2(
      7,
      async (pm2) => {
        const heard = await startHearing(pm2);
        const daemon = new Daemon({ kind: 'path', path: join(pm2.home, 'rpc.sock') }, OPTIONS);
        t.teardown(() => daemon.close());
        t.like(await daemon.call('getMonitorData', {}, PATIENT_MS), [{ name: 'hears' }]);
        await daemon.sendDataToProcessId(packet(1), PATIENT_MS);
        t.deepEqual(await until('the packet', async () => (await heard())[0]), { id: 0, topic: 't', data: 1 });
      },
      prefix,
    );
  });
}

test('a process under --disable-proto, of either kind, has its calls done', async (t) => {
  await withPm2(7, async (pm2) => {
    const heard = await startHearing(pm2);
    for (const mode of ['delete', 'throw']) {
      const { code, told, output } = await runInChild(
        async ({ load, tell }, { path, mode }) => {
          const { Daemon } = load('core/pm2/daemon') as typeof daemonModule;
          const daemon = new Daemon({ kind: 'path', path }, { maxPauseMs: 500 });
          const list = (await daemon.call('getMonitorData', {}, 30_000)) as { readonly name: string }[];
          tell(list.map(({ name }) => name));
          await daemon.sendDataToProcessId([Buffer.from(JSON.stringify({ id: 0, topic: mode, data: 1 }))], 30_000);
        },
        { path: join(pm2.home, 'rpc.sock'), mode },
        { execArgv: [`--disable-proto=${mode}`] },
      );
      t.is(code, 0, output);
      t.deepEqual(told, [['hears']]);
    }
    await until('the packets', async () => ((await heard()).length === 2 ? true : undefined));
    t.deepEqual(
      (await heard()).map((message) => (message as { topic: string }).topic),
      ['delete', 'throw'],
    );
  });
});
