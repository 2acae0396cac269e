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
  const before = Date.now() - process.uptime() * 1000;
  // Less than the difference between any two time zones, and more than a process is held up.
  t.true(Math.abs(Date.parse(`${start} UTC`) - before) < 600_000, start);
  const { TZ, LC_ALL } = process.env;
  t.teardown(() => Object.assign(process.env, { TZ: TZ ?? '', LC_ALL: LC_ALL ?? '' }));
  Object.assign(process.env, { TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8' });
  t.is(await startOf(process.pid), start);
});

test('where the program is missing the start is not known', async (t) => {
  t.is(await startReader('win32')(process.pid), undefined);
});
