/** What the server takes of processes whose event loop does not turn. Tests are serial: all hear the messages of this process. */
import test from 'ava';
import { until } from '../../../test/support/until';
import { emit, Shop, World } from './rounds-alone';

const STACK = 'at theCause (file:///shop.js:1:1)\nat main (file:///shop.js:9:1)';

const report = ({ pmId, pid, token }: Shop, data: object = {}, changed: object = {}): object => ({
  ...{ id: 99, topic: 'eventLoopBlocked', from: String(pmId), token },
  data: { v: 2, pid, blockedMs: 2500, turns: false, stack: STACK, ...data },
  ...changed,
});

test.serial(
  'a blocked process is told of with its stack, and its old numbers stay, until it turns again',
  async (t) => {
    const world = new World(t);
    const [shop, other] = [new Shop(0), new Shop(1)];
    shop.orders = 7;
    world.list = [shop, other];
    await world.ask();
    const before = Date.now();
    emit(report(shop));
    const after = Date.now();
    t.is(world.blocked.length, 1);
    world.packets.length = 0;
    const asked = world.rounds.ask(60_000);
    await until('the requests', () => world.packetTo(other));
    await other.answer(world.packetTo(other));
    // It does not wait for the blocked one until the deadline.
    const result = await asked;
    const [blocked] = result.blocked;
    t.is(result.blocked.length, 1);
    t.like(blocked, { run: { pmId: 0 }, stack: STACK });
    const since = blocked?.since ?? 0;
    t.true(since >= before - 2500 && since <= after - 2500);
    const [silent] = result.silent;
    t.like(silent, { run: { pmId: 0 }, reason: 'blocked' });
    t.regex(silent?.message ?? '', /event loop has not turned for \d+ s/);
    t.is(silent?.last?.snapshot.values[1], 7);
    t.deepEqual(
      world.rounds.known().map(({ blocked: one }) => one?.stack),
      [STACK, undefined],
    );
    // It is said again, with nearly the same beginning.
    emit(report(shop, { blockedMs: Date.now() - since + 100 }));
    t.is(world.blocked.length, 1);
    emit(report(shop, { turns: true }));
    t.is(world.blocked.length, 2);
    t.deepEqual(await world.ask(), {});
    t.is(world.rounds.known()[0]?.blocked, undefined);
  },
);

test.serial('an answer to a later request ends it, and so does another process', async (t) => {
  const world = new World(t);
  const shop = new Shop(0);
  world.list = [shop];
  await world.ask();
  emit(report(shop));
  await world.ask();
  t.is(world.rounds.known()[0]?.blocked, undefined);
  emit(report(shop));
  world.list = [new Shop(0)];
  world.packets.length = 0;
  const asked = world.rounds.ask(60_000);
  await until('the request', () => world.packetTo(world.list[0] as Shop));
  await (world.list[0] as Shop).answer(world.packetTo(world.list[0] as Shop));
  t.deepEqual((await asked).blocked, []);
});

test.serial('a forged or malformed report is counted, and changes nothing', async (t) => {
  const world = new World(t);
  const [victim, other] = [new Shop(0), new Shop(1)];
  world.list = [victim, other];
  await world.ask();
  emit(report(victim, {}, { token: 'guessed' }));
  emit(report(victim, {}, { token: undefined }));
  // With a token of its own it speaks for itself, and not with the pid of another run.
  emit(report(victim, {}, { token: other.token }));
  emit(report(victim, { pid: 1 }));
  for (const data of [{ blockedMs: -1 }, { blockedMs: '9' }, { turns: 1 }, { stack: {} }, { v: '2' }]) {
    emit(report(victim, data));
  }
  emit(report(victim, { v: 3 }));
  t.deepEqual(await world.ask(), { stale: 2, replaced: 2, malformed: 5, unsupported: 1 });
  t.deepEqual(world.blocked, []);
});

test.serial('what a stack has is bounded, and holds no control characters', async (t) => {
  const world = new World(t);
  const shop = new Shop(0);
  world.list = [shop];
  await world.ask();
  emit(report(shop, { stack: `at \u001b[31mx\n${'y'.repeat(100_000)}` }));
  const stack = world.rounds.known()[0]?.blocked?.stack ?? '';
  t.true(stack.length < 5000);
  t.false(stack.includes('\u001b'));
});
