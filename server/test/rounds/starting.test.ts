/** Processes that are asked before they listen, and those that they replace. */
import test from 'ava';
import { HELLO_TOPIC } from '../../../core/pm2/introductions';
import { until } from '../../../test/support/until';
import { emit, Shop, World } from './rounds-alone';

test('a process that has left all requests of its start without an answer is asked as soon as it says hello', async (t) => {
  const world = new World(t);
  const shop = new Shop(1);
  world.list = [shop];
  for (let round = 0; round < 6; round++) await world.rounds.ask(60_000);
  t.is(world.packets.length, 4);
  world.packets.length = 0;
  emit({ topic: HELLO_TOPIC, from: shop.pmId });
  await until('another one', () => world.packetTo(shop) as unknown);
  await shop.answer(world.packetTo(shop));
  t.is(await until('its numbers', () => world.known()[0]), 0);
});

test('a process that is not asked in each second of its start is not late', async (t) => {
  const world = new World(t);
  const [old, starting] = [new Shop(1), new Shop(2)];
  starting.startedAt = Date.now();
  world.list = [old];
  await world.ask();
  world.list = [old, starting];
  for (let round = 0; round < 5; round++) {
    const asked = world.rounds.ask(60_000);
    world.packets.length = 0;
    await until('the request', () => world.packetTo(old) as unknown);
    await old.answer(world.packetTo(old));
    const { silent, errors } = await asked;
    t.like(silent, [{ run: { pmId: 2 }, reason: 'starting' }]);
    t.is(errors.late, 0);
  }
});

test('a process that is being replaced stays known, even if it answers no more', async (t) => {
  const world = new World(t);
  const [old, next] = [new Shop(0, process.pid), new Shop(0, process.ppid)];
  world.list = [old];
  await world.ask();
  next.startedAt = Date.now();
  world.list = [next];
  for (let round = 0; round < 6; round++) {
    const { leaving } = await world.rounds.ask(60_000);
    t.like(leaving, [{ run: { pmId: 0 }, answer: undefined }]);
  }
});
