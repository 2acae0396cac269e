/** Processes, servers and daemons that come and go. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestFn } from 'ava';
import { withPm2, type Instance } from '../../../test/support/pm2';
import { until, untilEqual } from '../../../test/support/until';
import { answeringApp, answersOf, exportingApp, serverApp, serverOf, silentOf, type Result } from './pm2-apps';
import { SHORT_MS, type Shared } from './pm2-shared';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

export function processesTests(test: TestFn, shared: () => Shared): void {
  test.serial('a process that PM2 is replacing answers until it has ended, beside the new one', async (t) => {
    const { pm2, server, instanceOf } = shared();
    // The old one goes on until the new one listens.
    const listenWhen = join(pm2.folder, 'listen');
    writeFileSync(listenWhen, '');
    const slow = answeringApp('slow', {}, 1);
    await pm2.start({ ...slow, listen_timeout: 120_000, env: { ...slow.env, LISTEN_WHEN: listenWhen } });
    await pm2.ready('slow', 1);
    const [old] = answersOf(await server.answered('slow', 1), 'slow') as [Result['answers'][number]];
    const { pid } = await instanceOf('slow');
    rmSync(listenWhen);
    const reloaded = pm2.reload('slow');
    const both = await until('both answers', async () => {
      // What is sent to the new one before it listens is lost, and no scrape waits for it until its deadline.
      const result = await server.ask({ timeoutMs: 50_000 });
      t.true(result.durationMs < 50_000);
      return result.leaving[0]?.answer !== undefined && answersOf(result, 'slow').length === 1 ? result : undefined;
    });
    const [listed] = answersOf(both, 'slow') as [Result['answers'][number]];
    t.deepEqual(
      both.leaving.map(({ run, answer }) => [run, answer?.incarnation]),
      [[old.run, old.incarnation]],
    );
    t.not(listed.run.key, old.run.key);
    t.is(listed.run.pmId, old.run.pmId);
    const again = await server.ask();
    t.true((again.leaving[0]?.answer?.value ?? 0) > (both.leaving[0]?.answer?.value ?? 0), 'it still works');
    writeFileSync(listenWhen, '');
    await reloaded;
    await until('its end', () => (isAlive(pid) ? undefined : true));
    t.deepEqual((await server.ask()).leaving, []);
    await pm2.delete('slow');
  });

  test.serial('a process that has just started is asked at once, without a scrape', async (t) => {
    const { pm2, server } = shared();
    const { count } = await server.state();
    await pm2.start(exportingApp('greeted', 1));
    const { runs } = await until('its snapshot', async () => {
      const state = await server.state();
      return state.runs.some(({ run, hasSnapshot }) => run.app === 'greeted' && hasSnapshot) ? state : undefined;
    });
    t.is(runs.filter(({ run }) => run.app === 'greeted').length, 1);
    // Nothing but that round, and the one that may have been needed since its start was not in PM2's list yet.
    t.true((await server.state()).count - count <= 2);
    await pm2.delete('greeted');
  });

  test.serial('a server ends when what it has asked for has come', async (t) => {
    const { pm2, behave, requestsOf, heard, release } = shared();
    await pm2.start(serverApp('ending'));
    const ending = await serverOf(pm2, 'ending');
    await ending.answered('compact', 1);
    await behave('compact', { hold: true });
    const asked = (await requestsOf('compact')).length;
    // What it has asked for is due for a second only.
    await ending.stopClock();
    const round = ending.ask();
    await heard('compact', asked + 1);
    const finished = ending.finish();
    await t.throwsAsync(ending.ask(), { message: /this server is ending/ });
    await behave('compact', {});
    await release('compact', 1);
    t.is(answersOf(await round, 'compact')[0]?.value, asked + 1);
    await ending.startClock();
    t.deepEqual(await finished, { owed: [] });
    await pm2.delete('ending');
  });

  test.serial(
    'reload, scale, stop and delete are followed, and nothing is kept of processes that have gone',
    async (t) => {
      const { pm2, server } = shared();
      const keysOf = (result: Result): string[] => answersOf(result, 'many').map(({ run }) => run.key);
      const before = keysOf(await server.ask());
      await pm2.reload('many');
      await pm2.ready('many', 2);
      const reloaded = keysOf(await server.answered('many', 2));
      t.is(new Set([...before, ...reloaded]).size, 4);

      await pm2.scale('many', 3);
      await pm2.ready('many', 3);
      const scaled = keysOf(await server.answered('many', 3));
      t.deepEqual(scaled.slice(0, 2), reloaded);

      const [{ id }] = (await pm2.list('many')) as [Instance];
      await pm2.call('stopProcessId', id);
      const stopped = await server.ask();
      t.like(silentOf(stopped, 'many'), [{ reason: 'stopped', message: 'PM2 says that it is stopped' }]);
      t.is(answersOf(stopped, 'many').length, 2);

      await pm2.scale('many', 1);
      await server.answered('many', 1);
      await pm2.delete('many');
      const deleted = await server.ask();
      t.deepEqual([...answersOf(deleted, 'many'), ...silentOf(deleted, 'many')], []);
      const { runs, apps } = await server.state();
      t.deepEqual(
        runs.map(({ run }) => run.app),
        ['library', 'library', 'compact', 'plain', 'mute'],
      );
      t.deepEqual(apps, ['compact', 'library', 'mute', 'plain']);
    },
  );

  test.serial('a server that starts anew, or asks only some apps, gets all answers in its first rounds', async (t) => {
    const { pm2 } = shared();
    await pm2.restart('server');
    const anew = await serverOf(pm2);
    // A first round waits a second for apps that it does not know yet.
    const appsOf = async () => (await anew.ask()).answers.map(({ run }) => run.app);
    await untilEqual(t, appsOf, ['library', 'library', 'compact', 'plain']);
    await pm2.start(serverApp('picky', { APPS: JSON.stringify(['lib*', 'mute']) }));
    const picky = await serverOf(pm2, 'picky');
    const result = await until('the answers of one round', async () => {
      const round = await picky.ask({ timeoutMs: 2000 });
      return answersOf(round, 'library').length === 2 ? round : undefined;
    });
    t.deepEqual(
      result.answers.map(({ run }) => run.app),
      ['library', 'library'],
    );
    t.like(result.silent, [{ run: { app: 'mute' }, reason: 'late' }]);
    // Two servers do not ask each other.
    await anew.ask();
    t.false((await anew.ask()).silent.some(({ run }) => run.app === 'picky'));
  });

  test.serial('a round without the daemon is an error that says so', async (t) => {
    await withPm2(7, async (other) => {
      await other.start(serverApp());
      const orphan = await serverOf(other);
      await orphan.ask();
      const [{ pid }] = (await other.list('server')) as [Instance];
      t.teardown(() => process.kill(pid, 'SIGKILL'));
      const daemon = Number(readFileSync(join(other.home, 'pm2.pid'), 'utf8'));
      process.kill(daemon, 'SIGSTOP');
      await t.throwsAsync(orphan.ask({ timeoutMs: SHORT_MS }), { message: /has not listed its processes within/ });
      process.kill(daemon, 'SIGCONT');
      t.is((await orphan.ask()).processes.length, 1);
      process.kill(daemon, 'SIGKILL');
      const error = await until('the error', () =>
        orphan.ask().then(
          () => undefined,
          (error: unknown) => error as Error,
        ),
      );
      t.regex(error.message, /DaemonError: .*PM2/);
    });
  });
}
