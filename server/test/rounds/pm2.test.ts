/** Rounds among the apps of a real PM2. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { startPm2, withPm2, type Instance, type Pm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';
import {
  answeringApp,
  answersOf,
  exportingApp,
  serverApp,
  serverOf,
  silentOf,
  type Result,
  type Server,
} from './pm2-apps';

/** So short that answers which the app holds until afterwards come too late. */
const SHORT_MS = 700;

const APPS = ['library', 'many', 'compact', 'plain'];

let pm2: Pm2;
let server: Server;

const instanceOf = async (name: string): Promise<Instance> => (await pm2.list(name))[0] as Instance;
const behave = async (name: string, mode: object): Promise<void> => {
  for (const { ask } of await pm2.list(name)) await ask('behave', mode);
};
const requestsOf = async (name: string): Promise<object[]> => (await instanceOf(name)).ask('requests');
const heard = (name: string, count: number): Promise<true> =>
  until(`request ${count} of ${name}`, async () => ((await requestsOf(name)).length >= count ? true : undefined));
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const release = async (name: string, count: number): Promise<void> => {
  await (await instanceOf(name)).ask('release', { count });
};

test.before(async () => {
  pm2 = await startPm2(7);
  await pm2.start(
    exportingApp('library', 2),
    answeringApp('many', {}, 2),
    answeringApp('compact'),
    answeringApp('plain', { form: 'plain' }),
    answeringApp('mute', { mute: true }),
    serverApp(),
  );
  for (const [name, count] of Object.entries({ library: 2, many: 2, compact: 1, plain: 1, mute: 1 })) {
    await pm2.ready(name, count);
  }
  server = await serverOf(pm2);
  await server.answered('library', 2);
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-4000));
});

test.after.always(() => pm2?.close());

test.serial(
  'a round has the answers of all instances that answer, in either form, and nothing of others',
  async (t) => {
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
    t.true(Number(first?.bytes) > 0 && Number(first?.ageMs) < 20_000 && Number(first?.durationMs) <= result.durationMs);
    // Only answers in the compact form have a payload.
    t.deepEqual(
      APPS.map((app) => typeof answersOf(result, app)[0]?.bytes),
      ['number', 'number', 'number', 'undefined'],
    );
  },
);

test.serial('pages come once, and a snapshot that has come already is not decoded again', async (t) => {
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
    const asked = (await requestsOf('compact')).length;
    const shared = await server.askAtOnce(5);
    t.is(new Set(shared.map(({ started }) => started)).size, 1);
    t.is((await requestsOf('compact')).length, asked + 1);

    await behave('compact', { hold: true });
    const first = server.ask();
    await heard('compact', asked + 2);
    const came = Date.now();
    const others = [server.ask(), server.ask()];
    await heard('compact', asked + 3);
    await behave('compact', {});
    await release('compact', 2);
    const [one, two, three] = (await Promise.all([first, ...others])) as [Result, Result, Result];
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
    await behave(form, { hold: true });
    const asked = (await requestsOf(form)).length;
    const late = await server.ask({ timeoutMs: SHORT_MS });
    t.like(silentOf(late, form), [{ reason: 'late' }]);
    t.is(answersOf(late, 'library').length, 2);
    t.is(answersOf(late, 'many').length, 2);

    const next = server.ask();
    await heard(form, asked + 2);
    await release(form, 1);
    await until('the late answer', async () => {
      const { errors } = await server.ask({ timeoutMs: 1, only: 99 }).catch(() => late);
      return errors.stale > late.errors.stale ? true : undefined;
    });
    await release(form, 1);
    t.is(answersOf(await next, form)[0]?.value, asked + 2);
    await behave(form, {});
  });
}

test.serial(
  'a stopped process costs a scrape its deadline and nothing else, and after a few rounds not even that',
  async (t) => {
    const [first, second] = (await pm2.list('many')) as [Instance, Instance];
    process.kill(first.pid, 'SIGSTOP');
    t.teardown(() => process.kill(first.pid, 'SIGCONT'));
    // The second one does not have to wait for the deadline of the first one.
    const long = server.ask({ timeoutMs: 3000 });
    await until('the first round', async () =>
      (await server.state()).runs.some(({ run, owed }) => run.app === 'many' && owed > 0) ? true : undefined,
    );
    const short = await server.ask({ timeoutMs: SHORT_MS + 1000 });
    for (const result of [short, await long]) {
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
    t.true(short.started < (await long).started + (await long).durationMs);
    t.true((await server.ask({ timeoutMs: SHORT_MS })).errors.late > 0);
    await server.ask({ timeoutMs: SHORT_MS });
    const patient = await server.ask();
    t.regex(String(silentOf(patient, 'many')[0]?.message), /several requests without an answer/);
    t.true(patient.durationMs < 15_000);

    process.kill(first.pid, 'SIGCONT');
    await server.answered('many', 2);
    t.true((await server.state()).runs.every(({ owed }) => owed <= 4));
  },
);

test.serial('an answer that cannot be read is an error of its kind, and no other answer is lost', async (t) => {
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

test.serial('only who was asked can answer, whatever an answer claims', async (t) => {
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

test.serial('a process that PM2 is replacing answers until it has ended, beside the new one', async (t) => {
  const slow = { ...answeringApp('slow', {}, 1), listen_timeout: 4000 };
  await pm2.start(slow);
  await pm2.ready('slow', 1);
  const [old] = answersOf(await server.answered('slow', 1), 'slow') as [Result['answers'][number]];
  const { pid } = await instanceOf('slow');
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
  await reloaded;
  await until('its end', () => (isAlive(pid) ? undefined : true));
  t.deepEqual((await server.ask()).leaving, []);
  await pm2.delete('slow');
});

test.serial('a process that has just started is asked at once, without a scrape', async (t) => {
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
  await pm2.start(serverApp('ending'));
  const ending = await serverOf(pm2, 'ending');
  await ending.answered('compact', 1);
  await behave('compact', { hold: true });
  const asked = (await requestsOf('compact')).length;
  const round = ending.ask();
  await heard('compact', asked + 1);
  const finished = ending.finish();
  await t.throwsAsync(ending.ask(), { message: /this server is ending/ });
  await behave('compact', {});
  await release('compact', 1);
  t.is(answersOf(await round, 'compact')[0]?.value, asked + 1);
  t.deepEqual(await finished, { owed: [] });
  await pm2.delete('ending');
});

test.serial(
  'reload, scale, stop and delete are followed, and nothing is kept of processes that have gone',
  async (t) => {
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
  await pm2.restart('server');
  const anew = await serverOf(pm2);
  t.deepEqual(
    (await anew.ask()).answers.map(({ run }) => run.app),
    ['library', 'library', 'compact', 'plain'],
  );
  await pm2.start(serverApp('picky', { APPS: JSON.stringify(['lib*', 'mute']) }));
  const picky = await serverOf(pm2, 'picky');
  const result = await picky.ask({ timeoutMs: 2000 });
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
