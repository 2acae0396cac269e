/** Answers that cannot be read, that come from another process, or too late. */
import type { TestFn } from 'ava';
import type { Instance } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';
import { answersOf, silentOf, type Result } from './pm2-apps';
import { SHORT_MS, type Shared } from './pm2-shared';

export function answersTests(test: TestFn, shared: () => Shared): void {
  test.serial('an answer that cannot be read is an error of its kind, and no other answer is lost', async (t) => {
    const { server, instanceOf, behave } = shared();
    const { pid } = await instanceOf('compact');
    const compact = { v: 2, form: 'snapshot', incarnation: 'i', generation: 1, pid };
    const hostile = JSON.parse(
      '{"__proto__": {"polluted": 1}, "scopeMetrics": [{"scope": {"__proto__": {"polluted": 1}}}]}',
    ) as object;
    const histogram = (value: unknown): object => ({
      resource: {},
      scopeMetrics: [
        { scope: { name: 's' }, metrics: [{ descriptor: { name: 'h' }, dataPointType: 0, dataPoints: [{ value }] }] },
      ],
    });
    const buckets = { boundaries: Array<number>(70_000).fill(0), counts: [] };
    const cases: readonly [kind: keyof Result['errors'], data: unknown][] = [
      ['malformed', null],
      ['malformed', 'text'],
      ['malformed', []],
      ['malformed', hostile],
      ['malformed', { resource: {}, scopeMetrics: {} }],
      ['unsupported', { ...compact, v: 3, payload: '' }],
      ['malformed', { ...compact, form: { toString: 1 }, payload: '' }],
      ['malformed', { ...compact, payload: { length: 5 } }],
      ['malformed', { ...compact, payload: 'AAAA' }],
      ['too_large', { ...compact, payload: 'A'.repeat(100_001) }],
      ['too_large', histogram({ buckets })],
    ];
    for (const [kind, data] of cases) {
      const before = (await server.ask()).errors;
      await behave('compact', { packet: { data } });
      const result = await server.ask();
      const told = `${kind} ${JSON.stringify(data).slice(0, 80)}`;
      t.like(silentOf(result, 'compact'), [{ reason: 'broken' }], told);
      t.is(result.errors[kind], before[kind] + 1, told);
      t.is(result.answers.length, 5, told);
      await behave('compact', {});
      t.is(answersOf(await server.ask(), 'compact').length, 1, told);
    }
    t.false((await server.state()).polluted);
  });

  test.serial('pages that went missing are asked for again', async (t) => {
    const { pm2, server, behave } = shared();
    const before = (await server.ask()).errors;
    await pm2.restart('compact');
    await pm2.ready('compact', 1);
    await behave('compact', { lose: true });
    const broken = await until('an answer', async () => {
      const result = await server.ask();
      return silentOf(result, 'compact')[0]?.reason === 'broken' ? result : undefined;
    });
    t.is(broken.errors.missing_pages, before.missing_pages + 1);
    await behave('compact', {});
    t.is(answersOf(await server.ask(), 'compact').length, 1);
  });

  test.serial(
    'an answer of another process than the listed one does not count until that is known to last',
    async (t) => {
      const { server, behave } = shared();
      const before = (await server.ask()).errors;
      // While PM2 replaces a process, the request may reach the new one.
      await behave('compact', { pid: 1 });
      const replaced = await server.ask();
      t.like(silentOf(replaced, 'compact'), [{ reason: 'late' }]);
      t.regex(String(silentOf(replaced, 'compact')[0]?.message), /another process/);
      t.is(replaced.errors.replaced, before.replaced + 1);
      // A process that starts another one to do the work has this one answer for good.
      t.is(answersOf(await server.ask(), 'compact').length, 1);
      await behave('compact', {});
      await server.answered('compact', 1);
    },
  );

  test.serial('a first answer that comes too late still makes the next one small', async (t) => {
    const { pm2, server, behave, requestsOf, release } = shared();
    await pm2.restart('compact');
    await pm2.ready('compact', 1);
    await behave('compact', { hold: true });
    await until('a late answer', async () =>
      silentOf(await server.ask({ timeoutMs: SHORT_MS }), 'compact')[0]?.reason === 'starting' ? true : undefined,
    );
    const { decoded } = await server.state();
    await behave('compact', {});
    await release('compact', 1);
    await until('it', async () => ((await server.state()).decoded.length > decoded.length ? true : undefined));
    t.is(answersOf(await server.ask(), 'compact').length, 1);
    t.like((await requestsOf('compact')).at(-1), { data: { have: [[0, 0]] } });
  });

  test.serial('a process cannot answer for another one, and a message without a valid sender is ignored', async (t) => {
    const { pm2, server, instanceOf, behave, requestsOf, heard, release } = shared();
    const [victim] = (await pm2.list('compact')) as [Instance];
    const [{ id }] = (await pm2.list('server')) as [Instance];
    const forger = await instanceOf('mute');
    await behave('compact', { hold: true });
    const asked = (await requestsOf('compact')).length;
    const round = server.ask();
    await heard('compact', asked + 1);
    const { request } = (await forger.ask<{ request: string }[]>('requests')).at(-1) as { request: string };
    const data = { v: 2, form: 'snapshot', incarnation: 'forged', generation: 1, pid: victim.pid, payload: 'AAAA' };
    for (const from of [victim.id, String(victim.id), id, 99, -1, 1e300, '0x4', ' 4', {}, null, '4'.repeat(1000)]) {
      await forger.ask('send', { id, topic: 'returnMetrics', from, request, data });
    }
    for (const packet of [{ data: null }, { from: victim.id, request: { a: 1 }, data: 7, topic: 'returnmetrics' }]) {
      await forger.ask('send', { id, topic: 'other', ...packet });
    }
    await behave('compact', {});
    await release('compact', 1);
    const result = await round;
    t.is(answersOf(result, 'compact')[0]?.value, asked + 1);
    t.deepEqual(result.silent, []);
  });

  test.serial('only the process that was asked can answer, whatever an answer claims', async (t) => {
    const { pm2, server, instanceOf, behave, requestsOf, heard, release } = shared();
    const [victim] = (await pm2.list('compact')) as [Instance];
    const [{ id }] = (await pm2.list('server')) as [Instance];
    const forger = await instanceOf('mute');
    const { incarnation } = answersOf(await server.ask(), 'compact')[0] as { incarnation: string };
    const claimed = ((await requestsOf('compact')).at(-1) as { data: { incarnation: string } }).data.incarnation;
    t.not(incarnation, claimed, 'what is kept goes by a name that no process knows');
    await behave('compact', { hold: true });
    const asked = (await requestsOf('compact')).length;
    const round = server.ask();
    await heard('compact', asked + 1);
    const { token } = (await forger.ask<{ token: string }[]>('requests')).at(-1) as { token: string };
    const compact = { v: 2, form: 'snapshot', incarnation: claimed, generation: 1e6, pid: victim.pid, payload: 'AAAA' };
    const plain = { resource: { attributes: {} }, scopeMetrics: [] };
    const before = (await server.state()).errors.stale;
    const forged = [{ token }, { token: 'x' }, {}, { request: 'x' }, { token: null }];
    for (const echoed of forged) {
      for (const data of [compact, plain, null]) {
        await forger.ask('send', { id, topic: 'returnMetrics', from: victim.id, ...echoed, data });
      }
    }
    await until('all of them', async () =>
      (await server.state()).errors.stale >= before + 3 * forged.length ? true : undefined,
    );
    await behave('compact', {});
    await release('compact', 1);
    const result = await round;
    t.like(answersOf(result, 'compact'), [{ value: asked + 1, incarnation }]);
    t.deepEqual(result.silent, []);
  });
}
