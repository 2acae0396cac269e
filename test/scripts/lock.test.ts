/** The lock under which one of several processes builds. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { PROJECT } from '../support/built';

const LOCK = JSON.stringify(join(PROJECT, 'scripts/lib/lock.js'));

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A process that reads a number from a file, waits, and writes the next one: without the lock some are lost. */
async function count(folder: string, end = ''): Promise<void> {
  const script = `
    const fs = require('node:fs');
    require(${LOCK}).withLock('lock', () => {
      const before = Number(fs.readFileSync('number', 'utf8'));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      fs.writeFileSync('number', String(before + 1));
      ${end}
    });`;
  await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder }).catch((error: unknown) => {
    if (end === '') throw error;
  });
}

test('processes hold the lock one after the other, and none leaves it behind', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'number'), '0');
  const ends = ['', 'process.exit(1)', '', "throw new Error('in it')", ''];
  await Promise.all(ends.map((end) => count(folder, end)));
  t.is(readFileSync(join(folder, 'number'), 'utf8'), String(ends.length));
  t.false(existsSync(join(folder, 'lock')));
});

test('a process that was killed does not hold the lock any longer', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'number'), '0');
  await count(folder, "process.kill(process.pid, 'SIGKILL')");
  t.true(existsSync(join(folder, 'lock')));
  await count(folder);
  t.is(readFileSync(join(folder, 'number'), 'utf8'), '2');
});
