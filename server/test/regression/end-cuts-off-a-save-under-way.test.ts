/** At a clean end, a save of the sums under way was taken for done, and @pm2/io ended the process in the middle of it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { until } from '../../../test/support/until';
import type { ClusterTask } from '../../protocol/tasks';
import { ClusterPool } from '../../src/cluster-pool';
import { Process, round } from '../rounds-by-hand';
import { hostOf } from '../summing-host';
import { temporaryFolder } from '../workers/cluster/state/state-files';

const { resolve } = createRequire(__filename);
const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

for (const [what, end] of [
  ['PM2 has closed the channel, as when its daemon dies', (child) => child.disconnect()],
  ['a signal', (child) => child.kill('SIGINT')],
  ['the message of PM2', (child) => child.send('shutdown')],
] as readonly (readonly [string, (child: ReturnType<typeof fork>) => unknown])[]) {
  test(`after ${what}, what is under way is done before the process ends`, async (t) => {
    const file = join(temporaryFolder(t), 'file');
    const execArgv = ['--require=ts-node/register/transpile-only'];
    const child = fork(resolve('../host/ends-slowly.ts'), [file], { execArgv, silent: true });
    t.teardown(() => child.kill('SIGKILL'));
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    await new Promise<void>((resolve) => child.on('message', (message) => message === 'ready' && resolve()));
    const exited = once(child, 'exit');
    const hasSaid = once(child.stderr!, 'close');
    end(child);
    t.deepEqual(await exited, [0, null], said);
    await hasSaid;
    t.true(existsSync(file) && readFileSync(file, 'utf8') === 'ended', said);
    if (what.startsWith('PM2')) t.regex(said, /Process disconnected from parent/, '@pm2/io has called process.exit()');
  });
}

test('the end waits for a new file that is being written', async (t) => {
  let goOn: (() => void) | undefined;
  let saves = 0;
  const slow = Object.assign(Object.create(pool) as ClusterPool, {
    async run(task: Exclude<ClusterTask, { readonly kind: 'render' }>) {
      // The first one makes the file.
      if (task.kind === 'save' && saves++ > 0) await new Promise<void>((resolve) => (goOn = resolve));
      return await pool.run(task);
    },
  });
  const host = hostOf(t, slow);
  host.slackBytes = -1e6;
  const sums = host.serve();
  await sums.absorb(await round(new Process('shop', 0, 1).orders(1)));
  await until('the draft', () => goOn);
  const order: string[] = [];
  const settled = sums.settled().then(() => order.push('settled'));
  await setImmediate();
  order.push('written');
  goOn?.();
  await settled;
  t.deepEqual(order, ['written', 'settled']);
  t.deepEqual(readdirSync(dirname(host.file)), ['state']);
});
