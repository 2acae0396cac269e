/** What a round asks, what it waits for, and for how long. */
import type { TestFn } from 'ava';
import type { Instance } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';
import { answersOf, silentOf, type Result } from './pm2-apps';
import { SHORT_MS, type Shared } from './pm2-shared';

const APPS = ['library', 'many', 'compact', 'plain'];

export function askingTests(test: TestFn, shared: () => Shared): void {
  test.serial(
    'a round has the answers of all instances that answer, in either form, and nothing of others',
    async (t) => {
      const { server } = shared();
      const result = await server.ask();
      t.deepEqual(
        APPS.map((app) => answersOf(result, app).map(({ points }) => points)),
        [[2000, 2000], [1, 1], [1], [1]],
      );
      const ids = result.answers.map(({ run }) => run.pmId);
      t.deepEqual(
        ids,
        [...ids].sort((a, b) => a - b),
      );
      t.deepEqual(result.silent, []);
      t.is(new Set(result.answers.map(({ run }) => run.key)).size, 6);
      t.deepEqual(result.processes.map(({ run, status }) => [run.app, status].join()).sort(), [
        ...['compact,online', 'library,online', 'library,online', 'many,online', 'many,online', 'mute,online'],
        ...['plain,online', 'server,online'],
      ]);
      const [first] = result.answers;
      t.true(
        Number(first?.bytes) > 0 && Number(first?.ageMs) < 20_000 && Number(first?.durationMs) <= result.durationMs,
      );
      // Only answers in the compact form have a payload.
      t.deepEqual(
        APPS.map((app) => typeof answersOf(result, app)[0]?.bytes),
        ['number', 'number', 'number', 'undefined'],
      );
    },
  );

  test.serial('pages come once, and a snapshot that has come already is not decoded again', async (t) => {
    const { server } = shared();
    const before = await server.state();
    const [first] = before.decoded.filter(({ known }) => known === 0).sort((a, b) => b.length - a.length);
    const { generation } = answersOf(await server.ask(), 'library')[0] as { generation: number };
    await until('the next snapshot', async () => {
      const next = answersOf(await server.ask(), 'library')[0];
      return next !== undefined && next.generation > generation ? true : undefined;
    });
    const later = (await server.state()).decoded.slice(before.decoded.length);
    t.true(later.length > 0 && later.every(({ known }) => known > 0));
    t.true(Math.max(...later.map(({ length }) => length)) < (first as { length: number }).length / 10);
  });

  test.serial('an app that never answers is not waited for after a few rounds', async (t) => {
    const { server, requestsOf } = shared();
    for (let i = 0; i < 3; i++) await server.ask();
    const asked = (await requestsOf('mute')).length;
    t.true(asked >= 3);
    const { durationMs, silent } = await server.ask({ timeoutMs: 50_000 });
    t.true(durationMs < 50_000, 'not until the deadline');
    t.deepEqual(silent, []);
  });

  test.serial(
    'scrapes that come together share a round, and one that comes while it runs has the next one',
    async (t) => {
      const { server, behave, requestsOf, heard, release } = shared();
      const asked = (await requestsOf('compact')).length;
      const joined = await server.askAtOnce(5);
      t.is(new Set(joined.map(({ started }) => started)).size, 1);
      t.is((await requestsOf('compact')).length, asked + 1);

      await behave('compact', { hold: true });
      const first = server.ask();
      await heard('compact', asked + 2);
      const came = Date.now();
      const others = server.askAtOnce(2);
      await heard('compact', asked + 3);
      await behave('compact', {});
      await release('compact', 2);
      const one = await first;
      const [two, three] = (await others) as [Result, Result];
      t.true(one.started < came && two.started >= came);
      t.is(two.started, three.started);
      t.deepEqual(
        [one, two].map((result) => answersOf(result, 'compact')[0]?.value),
        [asked + 2, asked + 3],
      );
      t.is((await requestsOf('compact')).length, asked + 3);
    },
  );

  test.serial('one instance can be asked alone', async (t) => {
    const { pm2, server, requestsOf } = shared();
    const [{ id }] = (await pm2.list('plain')) as [Instance];
    const asked = (await requestsOf('compact')).length;
    const result = await server.ask({ only: id });
    t.deepEqual(
      result.answers.map(({ run }) => run.pmId),
      [id],
    );
    t.is((await requestsOf('compact')).length, asked);
    t.deepEqual((await server.ask({ only: 99 })).answers, []);
  });

  for (const form of ['compact', 'plain']) {
    test.serial(`a late answer in the ${form} form is not taken for that of the next round`, async (t) => {
      const { server, behave, requestsOf, heard, release } = shared();
      await behave(form, { hold: true });
      const { count } = await server.state();
      const before = (await requestsOf(form)).length;
      const late = await until('a round with all other answers', async () => {
        const result = await server.ask({ timeoutMs: SHORT_MS });
        return ['library', 'many'].every((app) => answersOf(result, app).length === 2) ? result : undefined;
      });
      t.like(silentOf(late, form), [{ reason: 'late' }]);
      // It was asked in each round.
      const rounds = (await server.state()).count - count;
      await heard(form, before + rounds);

      const next = server.ask();
      const asked = before + rounds + 1;
      await heard(form, asked);
      await release(form, rounds);
      await until('the late answer', async () => {
        const { errors } = await server.ask({ timeoutMs: 1, only: 99 }).catch(() => late);
        return errors.stale > late.errors.stale ? true : undefined;
      });
      await release(form, 1);
      t.is(answersOf(await next, form)[0]?.value, asked);
      await behave(form, {});
    });
  }

  test.serial(
    'a stopped process costs a scrape its deadline and nothing else, and after a few rounds not even that',
    async (t) => {
      const { pm2, server } = shared();
      const [first, second] = (await pm2.list('many')) as [Instance, Instance];
      t.teardown(() => process.kill(first.pid, 'SIGCONT'));
      const owed = async () => {
        const { runs } = await server.state();
        return Math.max(...runs.filter(({ run }) => run.app === 'many').map((one) => one.owed));
      };
      // The second round does not have to wait for the deadline of the first one.
      const isBefore = ({ started }: Result, other: Result) => started < other.started + other.durationMs;
      const [short, long] = await until('two rounds with all other answers', async () => {
        process.kill(first.pid, 'SIGSTOP');
        const asked = server.ask({ timeoutMs: 3 * SHORT_MS });
        // It begins a second after the first one.
        const second = until('the first round', async () => (await owed()) > 0 || undefined).then(() =>
          server.ask({ timeoutMs: SHORT_MS + 1000 }),
        );
        const both = await Promise.allSettled([second, asked]);
        const [one, other] = both.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
        if ([one, other].every((result) => result?.answers.length === 5) && isBefore(one!, other!))
          return [one!, other!];
        // Another process may have missed a round of a busy machine.
        process.kill(first.pid, 'SIGCONT');
        await server.answered('many', 2);
        throw new Error(JSON.stringify(both));
      });
      for (const result of [short, long]) {
        t.deepEqual(
          silentOf(result, 'many').map(({ run, reason }) => [run.pmId, reason]),
          [[first.id, 'late']],
        );
        t.deepEqual(
          answersOf(result, 'many').map(({ run }) => run.pmId),
          [second.id],
        );
        t.is(result.answers.length, 5);
      }
      t.true(isBefore(short, long));
      const { errors } = await until('four requests without an answer', async () => {
        const result = await server.ask({ timeoutMs: SHORT_MS });
        return (await owed()) >= 4 ? result : undefined;
      });
      t.true(errors.late > 0);
      // It is asked again from time to time.
      const patient = await until('a round that does not ask it', async () => {
        const result = await server.ask();
        return (silentOf(result, 'many')[0]?.message ?? '').includes('several requests without an answer')
          ? result
          : undefined;
      });
      t.true(patient.durationMs < 15_000);

      process.kill(first.pid, 'SIGCONT');
      await server.answered('many', 2);
      t.true((await server.state()).runs.every(({ owed }) => owed <= 4));
    },
  );
}
