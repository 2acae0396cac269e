/** Two processes of the metrics server kept sums of their own, and scrapes got sometimes one and sometimes the other. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { until } from '../../../test/support/until';
import { temporaryFolder } from '../workers/cluster/state/state-files';

const HOST = createRequire(__filename).resolve('../host/becomes-owner.ts');

interface Candidate {
  readonly child: ChildProcess;
  readonly said: string[];
}

function candidate(t: ExecutionContext, path: string): Candidate {
  const child = fork(HOST, [path], { execArgv: ['--require=ts-node/register/transpile-only'] });
  t.teardown(() => child.kill('SIGKILL'));
  const said: string[] = [];
  child.on('message', (message) => said.push(message as string));
  return { child, said };
}

async function kill({ child }: Candidate): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test('one of several processes is the owner, and another one as soon as that is killed', async (t) => {
  const path = join(temporaryFolder(t), 'deep', 'state');
  let all = [1, 2, 3, 4].map(() => candidate(t, path));
  for (let left = all.length; left > 0; left--) {
    const owner = await until('owner', () => all.find(({ said }) => said.includes('owns')));
    await until('answer of all', () => all.every(({ said }) => said.length > 0) || undefined);
    t.is(all.filter(({ said }) => said.includes('owns')).length, 1);
    all = all.filter((one) => one !== owner);
    t.true(all.every(({ said }) => said.join() === 'waits'));
    await kill(owner);
  }
  t.deepEqual(readdirSync(join(path, '..')), ['state.lock-4']);
});
