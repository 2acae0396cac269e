/** What is written to the state file comes back, and what is wrong with a file costs no more than it has to. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { counter, point, series } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance } from '../merged-instances';
import { contentsOf, sampleFile, StateFile, temporaryFolder } from './state-files';

test('after each record the states come back as they were', async (t) => {
  const file = await sampleFile(t);
  const bytes = file.bytes();
  for (const { size, states } of file.steps) {
    writeFileSync(file.path, bytes.subarray(0, size));
    const loaded = file.load();
    t.deepEqual(contentsOf(loaded.states), contentsOf(states));
    t.deepEqual([loaded.problems, loaded.keepAside, loaded.end?.size], [[], false, size]);
  }
  t.true(file.steps.length > 10);
  const { states } = file.steps.at(-1)!;
  t.true(
    [...states.values()].some(({ carried }) => carried.includes(Infinity)),
    'a counter has overflown',
  );
});

test('a lost record stops its own app only', async (t) => {
  const file = await sampleFile(t);
  // The second record of the one app, and the first three of both.
  const [before, lost, later] = [file.steps[3]!, file.steps[4]!, file.steps[6]!];
  const bytes = file.bytes().subarray(0, later.size);
  bytes[lost.size - 1]! ^= 1;
  writeFileSync(file.path, bytes);
  const loaded = file.load();
  const [api, shop] = [before.states.get('api')!, later.states.get('shop')!];
  t.deepEqual(
    contentsOf(loaded.states),
    contentsOf([
      ['api', api],
      ['shop', shop],
    ]),
  );
  t.is(loaded.problems.length, 2);
});

test('bytes that are lost from a record, or added to one, take no other record with it', async (t) => {
  const file = await sampleFile(t);
  const [before, harmed, later] = [file.steps[3]!, file.steps[4]!, file.steps[5]!];
  const bytes = file.bytes().subarray(0, later.size);
  const middle = (before.size + harmed.size) >> 1;
  const pieces = { lost: [0, middle - 50, middle], added: [0, middle, middle - 50] } as const;
  for (const [what, [from, to, on]] of Object.entries(pieces)) {
    writeFileSync(file.path, Buffer.concat([bytes.subarray(from, to), bytes.subarray(on)]));
    const loaded = file.load();
    // The harmed record is of the one app, and the one behind it of the other.
    const [api, shop] = [before.states.get('api')!, later.states.get('shop')!];
    const whole = [
      ['api', api],
      ['shop', shop],
    ] as const;
    t.deepEqual(contentsOf(loaded.states), contentsOf(whole), what);
    t.true(loaded.keepAside, what);
  }
});

test('bytes that are lost from the first line take no record with them', async (t) => {
  const file = await sampleFile(t);
  writeFileSync(file.path, file.bytes().subarray(6));
  const loaded = file.load();
  t.deepEqual(contentsOf(loaded.states), contentsOf(file.steps.at(-1)!.states));
  t.true(loaded.keepAside);
});

test('a record whose checksum holds, but not its content, takes no other with it', async (t) => {
  const file = await sampleFile(t);
  const good = file.steps.at(-1)!.states;
  const broken = { ...good.get('shop')!, resource: '[]' };
  file.add('shop', { ...broken, round: broken.round + 1 });
  const loaded = file.load();
  t.deepEqual(contentsOf(loaded.states), contentsOf(good));
  t.true(loaded.keepAside);
  t.regex(loaded.problems[0]!, /cannot be used: no resource/);
});

test('what a record takes follows what has changed', async (t) => {
  const file = new StateFile(join(temporaryFolder(t), 'state'));
  const cluster = new Cluster();
  const a = new Instance(0, 'a');
  const some = (changed: number): object =>
    counter(
      'c',
      series(20_000).map((one, i) => point(one, i < changed ? 2 : 1, at(1))),
    );
  const sizes: number[] = [];
  for (const changed of [0, 0, 20, 2000]) {
    const before = statSync(file.path).size;
    cluster.merge([await a.answer(some(changed))]);
    file.add('shop', cluster.state!);
    sizes.push(statSync(file.path).size - before);
  }
  const [whole, nothing, few, many] = sizes as [number, number, number, number];
  t.true(whole > 200_000, `${whole}`);
  t.true(nothing < 500 && few < nothing + 200 && many < nothing + 2000 * 10, sizes.join());
});
