/** The start of a process, by the file and by the program that systems have for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';
import { startReader } from '../src/process-start';

const ENDED = 2 ** 22 + 1;

for (const platform of ['linux', 'darwin'] as const) {
  test(`${platform}: a process has the same start each time, and one that has ended has none`, async (t) => {
    const startOf = startReader(platform);
    const start = await startOf(process.pid);
    t.truthy(start);
    t.is(await startOf(process.pid), start);
    t.not(await startOf(1), start);
    t.is(await startOf(ENDED), undefined);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    t.is(await startOf(child.pid!), undefined);
  });
}

test.serial('darwin: the start does not depend on the language and the time zone', async (t) => {
  const startOf = startReader('darwin');
  const start = await startOf(process.pid);
  // A process may be held up between two looks at the clock.
  const [from, uptime, to] = [Date.now(), process.uptime() * 1000, Date.now()];
  const found = Date.parse(`${start} UTC`);
  t.true(found > from - uptime - 5000 && found < to - uptime + 5000, start);
  const { TZ, LC_ALL } = process.env;
  t.teardown(() => Object.assign(process.env, { TZ: TZ ?? '', LC_ALL: LC_ALL ?? '' }));
  Object.assign(process.env, { TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8' });
  t.is(await startOf(process.pid), start);
});

test('where the program is missing the start is not known', async (t) => {
  t.is(await startReader('win32')(process.pid), undefined);
});
