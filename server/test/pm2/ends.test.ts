/** Nothing that this process loads cuts off its end. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../workers/cluster/state/state-files';

const { resolve } = createRequire(__filename);

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
    end(child);
    t.deepEqual(await exited, [0, null], said);
    t.true(existsSync(file) && readFileSync(file, 'utf8') === 'ended', said);
    if (what.startsWith('PM2')) t.regex(said, /Process disconnected from parent/, '@pm2/io has called process.exit()');
  });
}
