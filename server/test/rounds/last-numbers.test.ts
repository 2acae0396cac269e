/** What the server takes of the last numbers that processes send. Tests are serial: all hear the messages of this process. */
import test from 'ava';
import { until } from '../../../test/support/until';
import { emit, Shop, World } from './rounds-alone';

test.serial('the last numbers of a run count while PM2 lists it, and after it does not', async (t) => {
  const world = new World(t);
  const [a, b] = [new Shop(0), new Shop(1)];
  world.list = [a, b];
  await world.ask();
  await a.sendLast(5);
  t.deepEqual(await world.hears(1), [undefined]);
  t.deepEqual(world.known(), [5, 0]);
  world.list = [new Shop(1)];
  await world.ask();
  t.deepEqual(world.known(), [5, 0, 0]);
  await b.sendLast(7);
  t.deepEqual(await world.hears(2), [undefined, undefined]);
  t.deepEqual(world.known(), [5, 7, 0]);
  t.deepEqual(await world.ask(), {});
});

test.serial('a run that two others have replaced since the last round counts', async (t) => {
  const world = new World(t);
  const first = new Shop(0, process.pid);
  world.list = [first];
  await world.ask();
  world.list = [new Shop(0, process.ppid)];
  await world.ask();
  world.list = [new Shop(0)];
  await world.ask();
  await first.sendLast(3);
  t.deepEqual(await world.hears(1), [undefined]);
  t.deepEqual(world.known().sort(), [0, 0, 3]);
});

test.serial('a message without the token of a run is counted as a forged answer, and changes nothing', async (t) => {
  const world = new World(t);
  const [victim, other] = [new Shop(0), new Shop(1)];
  world.list = [victim, other];
  await world.ask();
  const data = await victim.data();
  emit({ ...victim.lastMessage(data), token: 'guessed' });
  emit({ ...victim.lastMessage(data), token: undefined });
  // With a token of its own it speaks for itself, and not with the pid of another run.
  emit({ ...victim.lastMessage(data), token: other.token });
  t.regex((await world.hears(1))[0] ?? '', /another process than PM2 has listed/);
  t.deepEqual(await world.ask(), { stale: 2, replaced: 1 });
  t.is(world.decoded, 4);
});

test.serial('the highest generation stands, whichever comes last', async (t) => {
  const world = new World(t);
  const shop = new Shop(0);
  world.list = [shop];
  await world.ask();
  const [older, newer] = [await shop.data(), await shop.data().then(() => ((shop.orders = 9), shop.data()))];
  emit(shop.lastMessage(newer));
  emit(shop.lastMessage(older));
  await world.hears(1);
  emit(shop.lastMessage(older));
  await world.hears(2);
  t.deepEqual(world.known(), [9]);
  // A reply that was made before, and arrives after.
  world.packets.length = 0;
  const asked = world.rounds.ask(60_000);
  await until('a request', () => world.packets[0]);
  const { request, token } = world.packets[0]!;
  emit({ topic: 'returnMetrics', from: 0, request, token, data: older });
  const { answers } = await asked;
  t.deepEqual(
    answers.map(({ snapshot }) => snapshot.generation),
    [4],
  );
  t.deepEqual(world.known(), [9]);
});

test.serial('pages that the last request has named are left out, whichever answers have come since', async (t) => {
  const world = new World(t);
  const shop = new Shop(0);
  world.list = [shop];
  await world.ask();
  await world.ask();
  t.deepEqual(shop.have, [[0, 0]]);
  await shop.sendLast(4);
  t.deepEqual(await world.hears(1), [undefined]);
  t.deepEqual(world.known(), [4]);
});

test.serial('of an exporter that another one has followed in its process nothing counts any more', async (t) => {
  const world = new World(t);
  const shop = new Shop(0);
  world.list = [shop];
  await world.ask();
  shop.orders = 3;
  const former = await shop.data();
  shop.startAnew();
  await world.ask();
  emit(shop.lastMessage(former));
  t.regex((await world.hears(1))[0] ?? '', /stopped in its process/);
  await shop.sendLast(8);
  await world.hears(2);
  t.deepEqual(world.known(), [8]);
});

test.serial('of a flood from one process one message is read at a time, and the newest waits', async (t) => {
  const world = new World(t);
  const [flooding, other] = [new Shop(0), new Shop(1)];
  world.list = [flooding, other];
  await world.ask();
  let open = (): void => undefined;
  world.gate = new Promise<void>((resolve) => (open = resolve));
  await flooding.sendLast(1);
  await until('the first', () => world.decoded === 3 || undefined);
  for (let i = 2; i <= 500; i++) await flooding.sendLast(i);
  await other.sendLast(7);
  await until('the other', () => world.decoded === 4 || undefined);
  open();
  await world.hears(3);
  t.is(world.decoded, 5);
  t.deepEqual(world.known(), [500, 7]);
});

test.serial('what cannot be read is told, and leaves what was known', async (t) => {
  const world = new World(t);
  const shop = new Shop(0);
  shop.orders = 2;
  world.list = [shop];
  await world.ask();
  await shop.sendLast(3, { payload: 'AAAA' });
  await shop.sendLast(3, { payload: 'A'.repeat(200_000) });
  await shop.sendLast(3, { v: 3 });
  await shop.sendLast(3, { generation: 77 });
  const problems = await world.hears(4);
  for (const problem of [/base64/, /200000 characters/, /version 3/, /another snapshot than it says/]) {
    t.true(
      problems.some((one) => problem.test(one ?? '')),
      String(problem),
    );
  }
  t.deepEqual(world.known(), [2]);
  t.deepEqual(await world.ask(), { malformed: 2, too_large: 1, unsupported: 1 });
});
