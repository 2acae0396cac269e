/** The environment that scripts/test.js gives a run of the tests. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { PROJECT } from '../support/built';
import { until } from '../support/until';

const TEST_RUN = JSON.stringify(join(PROJECT, 'scripts/lib/test-run.js'));
const OPEN = `require(${TEST_RUN}).openTestRun({ checks: true, patienceMs: 200 });
const { join } = require('node:path');
const { tmpdir } = require('node:os');
const { writeFileSync } = require('node:fs');
`;

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'run-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function run(t: ExecutionContext, script: string): { folder: string; status: number | null; stderr: string } {
  const folder = folderOf(t);
  const env = { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder };
  const { status, stderr } = spawnSync(process.execPath, ['-e', OPEN + script], { env, encoding: 'utf8' });
  return { folder, status, stderr };
}

test('a run that leaves nothing behind says nothing', async (t) => {
  const { folder, status, stderr } = run(t, "if (!tmpdir().endsWith('tmp')) throw new Error(tmpdir());");
  t.is(status, 0);
  t.is(stderr, '');
  await until('an empty folder', () => readdirSync(folder).length === 0 || undefined);
});

test('a run that leaves a file behind fails and names it, and the file is removed', async (t) => {
  const { folder, status, stderr } = run(t, "writeFileSync(join(tmpdir(), 'left-over'), '');");
  t.is(status, 1);
  t.regex(stderr, /left files in their temporary folder: left-over\n/);
  await until('an empty folder', () => readdirSync(folder).length === 0 || undefined);
});

test('a run with a failure keeps its exit code', (t) => {
  t.is(run(t, 'process.exitCode = 3;').status, 3);
});

test('a run that is killed leaves nothing behind once its processes have tidied up', async (t) => {
  const folder = folderOf(t);
  const env = { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder };
  const child = spawn(process.execPath, ['-e', `${OPEN} setInterval(() => undefined, 1000);`], { env });
  t.teardown(() => child.kill('SIGKILL'));
  const [name = ''] = await until('its folder', () =>
    readdirSync(folder).length > 0 ? readdirSync(folder) : undefined,
  );
  const held = join(folder, name, 'tmp', 'held');
  await until('a file in it', () => {
    writeFileSync(held, '');
    return true;
  });
  child.kill('SIGKILL');
  rmSync(held);
  await until('an empty folder', () => readdirSync(folder).length === 0 || undefined);
  t.pass();
});

test('the slowest files of a long run are listed', (t) => {
  const lines = Array.from({ length: 25 }, (_, i) => `${i}.5\ttest/file-${i}.test.ts\n`).join('');
  const { stderr } = run(t, `writeFileSync(process.env.TEST_DURATIONS, ${JSON.stringify(lines)});`);
  const listed = stderr.split('\n').filter((line) => line.includes('.test.ts'));
  t.is(listed.length, 12);
  t.regex(listed[0] ?? '', /^ +24\.5 {2}test\/file-24\.test\.ts$/);
});
