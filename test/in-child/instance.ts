/** Runs a function in a process that looks like one of PM2's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { metrics } from '../collect/running-collector';
import { runInChild, type ChildOptions, type Ended, type Host } from './run';

/**
 * There is no daemon, unless `PM2_HOME` in the options has one.
 *
 * @param work is sent as text, so it knows nothing but its parameters. It gets a collection of one counter, `c`
 */
export function runAsInstance(
  t: ExecutionContext,
  work: (host: Host, data: unknown) => unknown,
  options: ChildOptions = {},
): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'instance-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const env = { PM2_HOME: home, pm_id: '0', ...options.env };
  return runInChild(work, metrics(1), { ...options, channel: true, env });
}
