/** Locks of the state file: which of them count, and how it is seen that the owner has ended. */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { becomeOwner } from '../src/ownership';
import { until } from '../../test/support/until';
import { temporaryFolder } from './workers/cluster/state/state-files';

const own = { pid: process.pid, started: 'another time' };
const content: Readonly<Record<string, string>> = {
  'a process that has ended': JSON.stringify({ pid: 2 ** 22 + 1, started: '5' }),
  'a process whose pid another one has now': JSON.stringify(own),
  'a pid that this process has now': JSON.stringify({ pid: process.pid, started: '' }),
  'a process whose name is cut off': '{"pid":1',
  'no process': '[]',
};
for (const [what, text] of Object.entries(content)) {
  test(`the lock of ${what} does not count`, async (t) => {
    const path = join(temporaryFolder(t), 'state');
    writeFileSync(`${path}.lock-7`, text);
    await becomeOwner({ path, onWait: () => t.fail() });
    t.deepEqual(readdirSync(join(path, '..')), ['state.lock-8']);
    t.like(JSON.parse(readFileSync(`${path}.lock-8`, 'utf8')), { pid: process.pid });
  });
}

test('a lock that is being written counts, and one that was never written does not', async (t) => {
  const path = join(temporaryFolder(t), 'state');
  writeFileSync(`${path}.lock-1`, '');
  // Young, however late it is looked at.
  const later = Date.now() / 1000 + 3600;
  utimesSync(`${path}.lock-1`, later, later);
  let waited = 0;
  const owning = becomeOwner({ path, onWait: () => waited++ });
  await until('the wait', () => waited || undefined);
  utimesSync(`${path}.lock-1`, 1, 1);
  await owning;
  t.deepEqual(readdirSync(join(path, '..')), ['state.lock-2']);
});

test('where no lock can be made, there is an error with the path', async (t) => {
  const path = join(__filename, 'state');
  await t.throwsAsync(becomeOwner({ path, onWait: () => t.fail() }), { message: /ownership\.test\.ts/ });
});

test('an owner without a start, or whose start the system does not say, is known by its pid', async (t) => {
  for (const started of ['', '5']) {
    const folder = temporaryFolder(t);
    const path = join(folder, 'state');
    writeFileSync(`${path}.lock-1`, JSON.stringify({ pid: process.ppid, started }));
    const waits: unknown[] = [];
    const owning = becomeOwner({
      path,
      onWait: (owner) => waits.push(owner),
      startOf: () => Promise.resolve(undefined),
    });
    await until('the wait', () => waits.length > 0 || undefined);
    t.deepEqual(waits, [{ pid: process.ppid, started }]);
    writeFileSync(`${path}.lock-1`, '[]');
    await owning;
    t.deepEqual(JSON.parse(readFileSync(`${path}.lock-2`, 'utf8')), { pid: process.pid, started: '' });
  }
});

test('the start of the owner is asked for at first sight and then every ten seconds, and its pid in between', async (t) => {
  const path = join(temporaryFolder(t), 'state');
  const parent = { pid: process.ppid, started: 'Mon' };
  writeFileSync(`${path}.lock-1`, JSON.stringify(parent));
  const asked: number[] = [];
  let clock = 0;
  let polls = 0;
  let start = 'Mon';
  const owning = becomeOwner({
    path,
    onWait: (owner) => t.deepEqual(owner, parent),
    now: () => (polls++, clock),
    startOf: (pid) => (asked.push(pid), Promise.resolve(start)),
  });
  const pollsOn = async (): Promise<void> => {
    const from = polls;
    await until('further polls', () => polls > from + 3 || undefined);
  };
  await pollsOn();
  t.deepEqual(asked, [process.ppid]);
  clock = 9999;
  await pollsOn();
  t.deepEqual(asked, [process.ppid]);
  clock = 10_000;
  await pollsOn();
  t.deepEqual(asked, [process.ppid, process.ppid]);
  // The pid is now that of another process.
  start = 'Tue';
  await pollsOn();
  t.is(asked.length, 2);
  clock = 20_000;
  await owning;
  t.deepEqual(asked, [process.ppid, process.ppid, process.ppid, process.pid]);
  t.deepEqual(JSON.parse(readFileSync(`${path}.lock-2`, 'utf8')), { pid: process.pid, started: 'Tue' });
});
