/** The ways and moments in which the demo can end: it leaves nothing behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { assertNothingLeft, startDemo } from '../started-demo';

for (const [when, delayMs] of [
  ['at once', 150],
  ['while PM2 starts', 700],
  ['while the servers start', 1800],
] as const) {
  test.serial(`ended ${when}, the demo leaves nothing behind`, async (t) => {
    const demo = await startDemo(t);
    await sleep(delayMs);
    demo.child.kill('SIGTERM');
    await demo.ended;
    await assertNothingLeft(t, demo);
  });
}

test.serial('the demo ends with the pipe that it reads from', async (t) => {
  const demo = await startDemo(t);
  await sleep(2500);
  demo.child.stdin?.end();
  await demo.ended;
  await assertNothingLeft(t, demo);
});
